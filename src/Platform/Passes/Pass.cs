using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Platform.Passes;

/// <summary>What a pass says: opaque ids and a role. <paramref name="Login"/> is the login or link that it is under and ends with;
/// <paramref name="Claims"/> holds all of them as text.</summary>
public sealed record Pass(string Tenant, string Subject, string Role, string Login, IReadOnlyDictionary<string, string> Claims)
{
    /// <summary>UTC microseconds; only of a pass that was read.</summary>
    public long ExpiresAt { get; init; }
}

/// <summary>Signs passes: JWT (RFC 7519) with ES256 (RFC 7518 §3.4). Held by the one service that owns the private key.</summary>
public sealed class PassSigner(ECDsa key, TimeProvider clock)
{
    readonly SigningCredentials _credentials = new(new ECDsaSecurityKey(key) { KeyId = PassKeys.IdOf(key) }, SecurityAlgorithms.EcdsaSha256);

    /// <summary>A pass for <paramref name="audiences"/>, the services that are to take it, and no other (RFC 7519 §4.1.3).</summary>
    public string Sign(Pass pass, TimeSpan lifetime, IReadOnlyList<string> audiences)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(pass.Claims.Select(claim => KeyValuePair.Create(claim.Key, (object)claim.Value)))
        {
            ["tenant"] = pass.Tenant,
            ["sub"] = pass.Subject,
            ["role"] = pass.Role,
            ["login"] = pass.Login,
        };
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = PassKeys.Issuer,
            Claims = claims,
            IssuedAt = now,
            NotBefore = now.AddSeconds(-5),
            Expires = now + lifetime,
            SigningCredentials = _credentials,
        };
        foreach (var audience in audiences) descriptor.Audiences.Add(audience);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(descriptor);
    }
}

/// <summary>Verifies passes offline with the public key.</summary>
public sealed class PassReader(ECDsa publicKey, TimeProvider clock)
{
    const int LongestPass = 2048;
    readonly ECDsaSecurityKey _key = new(publicKey) { KeyId = PassKeys.IdOf(publicKey) };

    /// <summary>Null for anything but an unexpired pass of ours that is meant for <paramref name="audience"/>. Whether its login has ended is not asked here.</summary>
    public async Task<Pass?> Read(string? text, string audience)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestPass) return null;
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = PassKeys.Issuer,
            ValidAudience = audience,
            IssuerSigningKey = _key,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => clock.GetUtcNow().UtcDateTime is var now && from <= now && now < until,
        });
        if (!result.IsValid) return null;
        var claims = result.Claims.ToDictionary(claim => claim.Key, claim => claim.Value as string ?? "");
        return claims.TryGetValue("tenant", out var tenant) && claims.TryGetValue("sub", out var subject) && claims.TryGetValue("role", out var role)
            && claims.TryGetValue("login", out var login) && login.Length > 0
            ? new Pass(tenant, subject, role, login, claims) { ExpiresAt = Ids.Instant.Microseconds(result.SecurityToken.ValidTo) }
            : null;
    }

    /// <summary>From an <c>Authorization: Bearer</c> header; read once for each request.</summary>
    public async Task<Pass?> ReadBearer(Microsoft.AspNetCore.Http.HttpRequest request, string audience)
    {
        var features = request.HttpContext.Features;
        if (features.Get<Shown>() is { } shown && shown.Audience == audience) return shown.Pass;
        var header = request.Headers.Authorization.ToString();
        var pass = await Read(header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : null, audience);
        features.Set(new Shown(audience, pass));
        return pass;
    }

    sealed record Shown(string Audience, Pass? Pass);
}

/// <summary>The key pair of passes, on disk: the private half for the issuer's eyes only.</summary>
public static class PassKeys
{
    public const string Issuer = "firstring";

    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..16];
    public static ECDsa Read(string pemFile)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(pemFile));
        return key;
    }
}

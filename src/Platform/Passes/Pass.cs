using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace FirstRing.Platform.Passes;

/// <summary>What a pass says: opaque ids and a role. <paramref name="Claims"/> holds all of them as text.</summary>
public sealed record Pass(string Tenant, string Subject, string Role, IReadOnlyDictionary<string, string> Claims)
{
    /// <summary>UTC microseconds; only of a pass that was read.</summary>
    public long ExpiresAt { get; init; }
}

/// <summary>Signs passes: JWT (RFC 7519) with ES256 (RFC 7518 §3.4). Held by the one service that owns the private key.</summary>
public sealed class PassSigner(ECDsa key, TimeProvider clock)
{
    readonly SigningCredentials _credentials = new(new ECDsaSecurityKey(key) { KeyId = PassKeys.IdOf(key) }, SecurityAlgorithms.EcdsaSha256);

    public string Sign(Pass pass, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(pass.Claims.Select(claim => KeyValuePair.Create(claim.Key, (object)claim.Value)))
        {
            ["tenant"] = pass.Tenant,
            ["sub"] = pass.Subject,
            ["role"] = pass.Role,
        };
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = PassKeys.Issuer,
            Claims = claims,
            IssuedAt = now,
            NotBefore = now.AddSeconds(-5),
            Expires = now + lifetime,
            SigningCredentials = _credentials,
        });
    }
}

/// <summary>Verifies passes offline with the public key.</summary>
public sealed class PassReader(ECDsa publicKey, TimeProvider clock)
{
    const int LongestPass = 2048;
    readonly ECDsaSecurityKey _key = new(publicKey) { KeyId = PassKeys.IdOf(publicKey) };

    /// <summary>Null for anything but an unexpired pass of ours.</summary>
    public async Task<Pass?> Read(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > LongestPass) return null;
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = PassKeys.Issuer,
            ValidateAudience = false,
            IssuerSigningKey = _key,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            RequireExpirationTime = true,
            LifetimeValidator = (from, until, _, _) => clock.GetUtcNow().UtcDateTime is var now && from <= now && now < until,
        });
        if (!result.IsValid) return null;
        var claims = result.Claims.ToDictionary(claim => claim.Key, claim => claim.Value as string ?? "");
        return claims.TryGetValue("tenant", out var tenant) && claims.TryGetValue("sub", out var subject) && claims.TryGetValue("role", out var role)
            ? new Pass(tenant, subject, role, claims) { ExpiresAt = Ids.Instant.Microseconds(result.SecurityToken.ValidTo) }
            : null;
    }

    /// <summary>From an <c>Authorization: Bearer</c> header.</summary>
    public Task<Pass?> ReadBearer(Microsoft.AspNetCore.Http.HttpRequest request) =>
        Read(request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.Ordinal) ? header[7..] : null);
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

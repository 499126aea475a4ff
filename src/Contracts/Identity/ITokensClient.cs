using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>What an application's access token is worth at this moment. For services whose doors take one; asked at each use, so that an end is an end at once.</summary>
public interface ITokensClient
{
    /// <summary>Refused: <c>token-not-valid</c>, whatever it is: unknown, of another kind, expired, taken back, of an issuer other than <see cref="CheckToken.Door"/>, or its grant, login, person or
    /// application is over.</summary>
    [Post("/contract/identity/check-token")] Task<Answer<TokenHolder>> CheckToken([Body] CheckToken request, CancellationToken stop);
}

/// <summary><paramref name="Door"/>: under which address it was shown, <c>https://host[:port]/</c>.</summary>
public sealed record CheckToken(string Token, string Door);

/// <summary>
/// Whom a token speaks for. <paramref name="Issuer"/> and <paramref name="Subject"/> together are nobody else's, ever: a member of staff, or the application itself, then
/// <paramref name="Role"/> is null. <paramref name="Methods"/> as in RFC 8176, <paramref name="SignedInAt"/> in UTC microseconds: how and when the person had signed in.
/// </summary>
public sealed record TokenHolder(string Issuer, string Subject, AppId App, TenantId Tenant, StaffRole? Role, IReadOnlyList<string> Audiences, IReadOnlyList<string> Scopes,
    IReadOnlyList<string> Methods, long? SignedInAt);

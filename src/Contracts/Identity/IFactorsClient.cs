using Refit;
using System.Text.Json.Serialization;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// Second factors of staff, their password and their logins. Everything is asked by the secret of a login, which need not be whole yet. What changes factors needs a login that was begun in
/// the last ten minutes (else <c>sign-in-anew</c>) and ends the member's other logins.
/// </summary>
public interface IFactorsClient
{
    /// <summary>How far a login has come. Refused: <c>not-signed-in</c>.</summary>
    [Post("/contract/identity/look-login")] Task<Answer<LoginSeen>> LookLogin([Body] LookLogin request, CancellationToken stop);

    /// <summary>The second step of signing in: a time-based code or a recovery code, each good once. The login's secret changes with it.
    /// Refused: <c>code-wrong</c>, <c>too-many-tries</c> (five in a quarter of an hour), <c>not-signed-in</c>.</summary>
    [Post("/contract/identity/give-code")] Task<Answer<SignedIn>> GiveCode([Body] GiveCode request, CancellationToken stop);

    /// <summary>What the member signs in with. Refused: <c>not-signed-in</c>, <c>code-needed</c>.</summary>
    [Post("/contract/identity/get-factors")] Task<Answer<Factors>> GetFactors([Body] GetFactors request, CancellationToken stop);

    /// <summary>A new seed, of no use before it is confirmed. Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>sign-in-anew</c>.</summary>
    [Post("/contract/identity/begin-totp")] Task<Answer<TotpBegun>> BeginTotp([Body] BeginTotp request, CancellationToken stop);

    /// <summary>The seed takes the place of an earlier one once the app has shown a right code. Refused as beginning, and <c>code-wrong</c>,
    /// <c>too-many-tries</c>, <c>totp-not-begun</c>.</summary>
    [Post("/contract/identity/confirm-totp")] Task<Answer<FactorKept>> ConfirmTotp([Body] ConfirmTotp request, CancellationToken stop);

    /// <summary>Eight new recovery codes in place of the earlier ones. Refused as beginning, and <c>factor-missing</c>.</summary>
    [Post("/contract/identity/make-recovery-codes")] Task<Answer<FactorKept>> MakeRecoveryCodes([Body] MakeRecoveryCodes request, CancellationToken stop);

    /// <summary>Asks for the present password. Refused as beginning, and <c>factor-missing</c>, <c>present-wrong</c>, <c>too-many-tries</c> (five in a quarter
    /// of an hour), <c>password-short</c>, <c>password-long</c>, <c>password-common</c>.</summary>
    [Post("/contract/identity/change-password")] Task<Answer<Done>> ChangePassword([Body] ChangePassword request, CancellationToken stop);

    /// <summary>The member's own whole logins. Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>factor-missing</c>.</summary>
    [Post("/contract/identity/list-own-logins")] Task<Answer<LoginList>> ListOwnLogins([Body] ListOwnLogins request, CancellationToken stop);

    /// <summary>Ends one of them; one that is over, or another's, changes nothing. Refused as listing.</summary>
    [Post("/contract/identity/end-own-login")] Task<Answer<Done>> EndOwnLogin([Body] EndOwnLogin request, CancellationToken stop);
}

/// <summary>How far a login has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LoginLevel>))]
public enum LoginLevel
{
    /// <summary>Password and factor, or a passkey: may do what the role may.</summary>
    [JsonStringEnumMemberName("full")] Full,

    /// <summary>The password was right; the factor is still to be shown.</summary>
    [JsonStringEnumMemberName("code")] Code,

    /// <summary>The password was right and there is no factor yet: may set one up and nothing else.</summary>
    [JsonStringEnumMemberName("enrol")] Enrol,
}

public sealed record LookLogin(string Login);

/// <summary><paramref name="Fresh"/>: begun lately enough to change factors.</summary>
public sealed record LoginSeen(LoginId Id, StaffMember Staff, LoginLevel Level, bool Fresh);
public sealed record GiveCode(string Login, string Code);
public sealed record GetFactors(string Login);

/// <summary><paramref name="TotpSince"/> in UTC microseconds, null without; <paramref name="RecoveryCodes"/> counts the unused ones.</summary>
public sealed record Factors(long? TotpSince, int RecoveryCodes, int Passkeys = 0);
public sealed record BeginTotp(string Login);

/// <summary><paramref name="Secret"/> in Base32 (RFC 4648), and the same in <paramref name="Uri"/> as authenticator apps scan it.</summary>
public sealed record TotpBegun(string Secret, string Uri);
public sealed record ConfirmTotp(string Login, string Code);
public sealed record MakeRecoveryCodes(string Login);
public sealed record ChangePassword(string Login, string Present, string New);
public sealed record ListOwnLogins(string Login);
public sealed record EndOwnLogin(string Login, LoginId Id);

/// <summary><paramref name="Login"/> is the secret of the login from now on; <paramref name="RecoveryCodes"/> are shown once, and empty where there were some already.</summary>
public sealed record FactorKept(string Login, IReadOnlyList<string> RecoveryCodes);

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;

namespace FirstRing.Identity.Logins;

/// <summary>A login as stored. <paramref name="CreatedAt"/> in UTC microseconds; it begins anew with each step of signing in.</summary>
internal sealed record Login(LoginId Id, StaffMember Member, string Way, LoginLevel Level, long CreatedAt)
{
    static readonly long Fresh = (long)TimeSpan.FromMinutes(10).TotalMicroseconds;

    /// <summary>Begun lately enough to change what one signs in with.</summary>
    public bool IsFresh(long now) => now - CreatedAt <= Fresh;

    /// <summary>Why what needs a whole login is not for this one.</summary>
    public Refusal? WhyNotWhole => Level switch
    {
        LoginLevel.Full => null,
        LoginLevel.Code => Refusals.CodeNeeded,
        _ => Refusals.FactorMissing,
    };

    /// <summary>Why what changes factors is not for this one: the password alone must never do where there is a factor.</summary>
    public Refusal? WhyNotChange(long now) => Level == LoginLevel.Code ? Refusals.CodeNeeded : IsFresh(now) ? null : Refusals.SignInAnew;

    public Caller As(Caller caller) => LoginStore.As(caller, Member);
}

/// <summary>How a login was begun, as its row keeps it. By password alone it is not whole.</summary>
internal static class Way
{
    public const string Password = "password", Totp = "password+totp", Recovery = "password+recovery", Passkey = "passkey", DemoLink = "demo-link";
}

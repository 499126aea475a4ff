namespace FirstRing.Identity.OAuth;

/// <summary>How long what the server gives is good for.</summary>
internal static class Lifetimes
{
    /// <summary>From asking to answering, with signing in on the way.</summary>
    public static readonly TimeSpan Ask = TimeSpan.FromMinutes(10);

    /// <summary>From the answer to the redirect, and from there to the token.</summary>
    public static readonly TimeSpan Next = TimeSpan.FromMinutes(1), Code = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Access = TimeSpan.FromMinutes(10), BackendAccess = TimeSpan.FromMinutes(5), Identity = TimeSpan.FromMinutes(10);

    /// <summary>Of a grant, whatever is renewed under it: a working day while signed in, a month beyond.</summary>
    public static readonly TimeSpan Online = TimeSpan.FromHours(12), Offline = TimeSpan.FromDays(30);

    /// <summary>An assertion may end this far ahead (SMART App Launch 2.2); clocks may differ by the other.</summary>
    public static readonly TimeSpan Assertion = TimeSpan.FromMinutes(5), Skew = TimeSpan.FromSeconds(10);

    /// <summary>Of a grant of these scopes.</summary>
    public static TimeSpan OfGrant(IReadOnlyList<string> scopes) =>
        scopes.Contains(Scopes.Offline) ? Offline : scopes.Contains(Scopes.Online) ? Online : Next + Code + Access;
}

namespace FirstRing.Web.Account;

/// <summary>Where signing in leads: only ever to a page of staff, so that a link to the sign-in sends nobody elsewhere.</summary>
internal static class Inside
{
    const string First = "/clinic";
    static readonly string[] Staff = [First, "/admin", "/me"];

    public static string Of(string? to) => to is not null && Staff.Any(place => to == place || to.StartsWith(place + "/", StringComparison.Ordinal))
        && !to.Contains('\\', StringComparison.Ordinal) && !to.Any(char.IsControl) ? to : First;
}

using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Account;

/// <summary>A browser in a few words, so that people know their own logins again. Nothing is decided by it.</summary>
internal static class Browser
{
    // The first that fits: several name others that they want to be taken for.
    static readonly (string Mark, string Name)[] Programs = [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")],
        Systems = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        string? First((string Mark, string Name)[] among) => among.FirstOrDefault(one => agent.Contains(one.Mark, StringComparison.Ordinal)).Name;
        return (First(Programs), First(Systems)) switch
        {
            (null, null) => "",
            (null, { } system) => system,
            ({ } program, null) => program,
            var (program, system) => $"{program} on {system}",
        };
    }
}

using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Patient;

/// <summary>The cookie by which a device is known again to the link that it entered by.</summary>
internal static class Device
{
    const string Cookie = "__Host-device";
    static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 and <= 200 } device ? device : null;

    public static void Remember(HttpResponse response, string device) => response.Cookies.Append(Cookie, device, new CookieOptions
    {
        Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = Kept, IsEssential = true,
    });
}

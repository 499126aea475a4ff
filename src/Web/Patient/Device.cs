using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Patient;

/// <summary>The cookie by which a device is known again to the link that it entered by.</summary>
internal static class Device
{
    const string Cookie = "__Host-device";
    static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public static string? Of(HttpRequest request) => request.Cookies[Cookie] is { Length: > 0 and <= 200 } device ? device : null;

    /// <summary>
    /// A new device's secret, made from the key of its first POST: when the answer to that is lost on the way, the repeat is the same device and not a stranger.
    /// Null where the key has too few characters to be a secret.
    /// </summary>
    public static string? First(string? key) => key is { Length: >= 27 and <= 64 }
        ? Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"device {key}")).AsSpan(0, 20)) : null;

    public static void Remember(HttpResponse response, string device) => response.Cookies.Append(Cookie, device, new CookieOptions
    {
        Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = Kept, IsEssential = true,
    });
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Ids;

/// <summary>Secrets that leave the system: 160 random bits as base64url; only the SHA-256 is stored.</summary>
public static class Token
{
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(20));

    /// <summary>Lower-case hex of the SHA-256, for the store.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

/// <summary>Ids: time-ordered ones for rows, random ones for what others see.</summary>
public static class NewId
{
    /// <summary>UUIDv7 (RFC 9562 §5.7) of the clock's time. It tells its time: never in a link.</summary>
    public static Guid Ordered(TimeProvider clock) =>
#pragma warning disable RS0030 // the one place
        Guid.CreateVersion7(clock.GetUtcNow());

    /// <summary>UUIDv4 (RFC 9562 §5.4): 122 random bits.</summary>
    public static Guid Random() => Guid.NewGuid();
#pragma warning restore RS0030
}

using System.Security.Cryptography;
using FirstRing.Platform.Ids;
using OtpNet;

namespace FirstRing.Identity.Factors;

/// <summary>Time-based codes (RFC 6238): six digits, 30 seconds, HMAC-SHA-1 as every authenticator app has it. One step early or late is taken.</summary>
internal static class TotpSeed
{
    const int Bytes = 20; // RFC 4226 §4 R6
    static readonly VerificationWindow Window = new(previous: 1, future: 1);

    public static byte[] New() => RandomNumberGenerator.GetBytes(Bytes);
    public static string Text(byte[] seed) => Base32Encoding.ToString(seed).TrimEnd('=');

    /// <summary>The time step of a right code; null for a wrong one. <paramref name="now"/> in UTC microseconds.</summary>
    public static long? StepOf(byte[] seed, string code, long now) =>
        code.Length == 6 && code.All(char.IsAsciiDigit) && new Totp(seed).VerifyTotp(Instant.At(now).UtcDateTime, code, out var step, Window) ? step : null;

    /// <summary>What authenticator apps scan (the Key URI format). The account's name is a word, no address: it lands on other people's servers.</summary>
    public static string Uri(byte[] seed, string clinic, string name) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(clinic)}:{System.Uri.EscapeDataString(name)}?secret={Text(seed)}&issuer={System.Uri.EscapeDataString(clinic)}";
}

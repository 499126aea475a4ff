using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Stun;

// RFC 8489 §14.5. The SHA-1 is the standard's: every browser's ICE checks carry it, and HMAC does not rest on collision resistance.
static class MessageIntegrity
{
    internal const int Length = 20;

    internal static void Compute(ReadOnlySpan<byte> key, ReadOnlySpan<byte> covered, Span<byte> mac)
    {
#pragma warning disable CA5350
        HMACSHA1.HashData(key, covered, mac);
#pragma warning restore CA5350
    }
}

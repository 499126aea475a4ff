using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Srtp;

// RFC 3711 §4.3 with key derivation rate 0: every session key is the AES-CM keystream under the master key, told apart by a label.
static class KeyDerivation
{
    internal const byte RtpKey = 0, RtpAuthentication = 1, RtpSalt = 2, RtcpKey = 3, RtcpAuthentication = 4, RtcpSalt = 5;

    internal static byte[] Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, byte label, int length)
    {
        // A 12-byte GCM salt is padded on the right to 14 (RFC 7714 §11); the last two bytes of the block count.
        Span<byte> block = stackalloc byte[16];
        block.Clear();
        masterSalt.CopyTo(block);
        block[7] ^= label;

        using var aes = Aes.Create();
        aes.Key = masterKey.ToArray();
        var key = new byte[length];
        Span<byte> stream = stackalloc byte[16];
        for (var (at, counter) = (0, (ushort)0); at < length; at += 16, counter++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(block[14..], counter);
            aes.EncryptEcb(block, stream, PaddingMode.None);
            stream[..int.Min(16, length - at)].CopyTo(key.AsSpan(at));
        }
        return key;
    }
}

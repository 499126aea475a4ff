using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Turn;

// Nonces that nobody keeps: a time, and a MAC of it and of the address it was given to. One that was overheard is good for nobody else.
sealed class TurnNonces
{
    internal const long Life = 600_000_000;
    internal const int Length = (8 + MacLength) / 3 * 4;
    const int MacLength = 10, Bound = 8 + 8 + 8 + 2 + 2;

    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    internal void Write(in RemoteAddress to, long now, Span<byte> nonce)
    {
        Span<byte> whole = stackalloc byte[8 + MacLength];
        BinaryPrimitives.WriteInt64BigEndian(whole, now + Life);
        Seal(to, whole[..8], whole[8..]);
        Base64.EncodeToUtf8(whole, nonce, out _, out _);
    }

    internal bool IsFresh(ReadOnlySpan<byte> nonce, in RemoteAddress from, long now)
    {
        Span<byte> whole = stackalloc byte[8 + MacLength], mac = stackalloc byte[MacLength];
        if (nonce.Length != Length || Base64.DecodeFromUtf8(nonce, whole, out _, out var length) != System.Buffers.OperationStatus.Done || length != whole.Length) return false;
        Seal(from, whole[..8], mac);
        return CryptographicOperations.FixedTimeEquals(mac, whole[8..]) && BinaryPrimitives.ReadInt64BigEndian(whole) > now;
    }

    void Seal(in RemoteAddress address, ReadOnlySpan<byte> time, Span<byte> mac)
    {
        Span<byte> bound = stackalloc byte[Bound], whole = stackalloc byte[32];
        time.CopyTo(bound);
        BinaryPrimitives.WriteUInt64BigEndian(bound[8..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bound[16..], address.Low);
        BinaryPrimitives.WriteUInt16BigEndian(bound[24..], address.Port);
        (bound[26], bound[27]) = (address.Local, (byte)(address.IsTcp ? 1 : 0));
        HMACSHA256.HashData(_key, bound, whole);
        whole[..MacLength].CopyTo(mac);
    }
}

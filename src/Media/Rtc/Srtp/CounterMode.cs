using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Srtp;

// AES-CM (RFC 3711 §4.1.1): counter blocks through one reused ECB transform, xored onto the payload. The one-shot EncryptEcb costs 5× as much.
sealed class CounterMode : IDisposable
{
    const int Capacity = 2048; // more than a datagram; longer payloads are refused before they get here

    readonly ICryptoTransform _ecb;
    readonly Aes _aes;
    readonly byte[] _salt;
    readonly byte[] _counters = new byte[Capacity];
    readonly byte[] _stream = new byte[Capacity];

    internal CounterMode(byte[] key, byte[] salt)
    {
        _salt = salt;
        _aes = Aes.Create();
#pragma warning disable CA5358 // ECB over distinct counter blocks is how counter mode is built; the BCL offers no CTR
        _aes.Mode = CipherMode.ECB;
#pragma warning restore CA5358
        _aes.Padding = PaddingMode.None;
        _aes.Key = key;
        _ecb = _aes.CreateEncryptor();
    }

    internal static bool Fits(int length) => length <= Capacity;

    // Source and destination may be the same memory, or must not overlap.
    internal void Apply(uint ssrc, long index, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var blocks = source.Length + 15 >> 4;
        if (blocks == 0) return; // TransformBlock throws on length 0: an empty RR would otherwise kill the worker

        // IV = salt·2^16 xor SSRC·2^64 xor index·2^16; the low 16 bits count blocks.
        var high = BinaryPrimitives.ReadUInt64BigEndian(_salt) ^ ssrc;
        Span<byte> tail = stackalloc byte[8];
        _salt.AsSpan(8, 6).CopyTo(tail);
        var low = (BinaryPrimitives.ReadUInt64BigEndian(tail) & ~0xFFFFUL) ^ ((ulong)index << 16);
        if (BitConverter.IsLittleEndian) high = BinaryPrimitives.ReverseEndianness(high);
        var words = MemoryMarshal.Cast<byte, ulong>(_counters.AsSpan(0, blocks << 4));
        for (var i = 0; i < blocks; i++)
        {
            words[2 * i] = high;
            words[2 * i + 1] = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(low | (uint)i) : low | (uint)i;
        }
        _ecb.TransformBlock(_counters, 0, blocks << 4, _stream, 0);
        Xor(source, _stream.AsSpan(0, source.Length), destination[..source.Length]);
    }

    static void Xor(ReadOnlySpan<byte> source, ReadOnlySpan<byte> stream, Span<byte> destination)
    {
        var at = 0;
        for (; at <= source.Length - Vector<byte>.Count; at += Vector<byte>.Count)
            (new Vector<byte>(source[at..]) ^ new Vector<byte>(stream[at..])).CopyTo(destination[at..]);
        for (; at < source.Length; at++) destination[at] = (byte)(source[at] ^ stream[at]);
    }

    public void Dispose()
    {
        _ecb.Dispose();
        _aes.Dispose();
    }
}

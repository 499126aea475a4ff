using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Media.Router.Recording;

/// <summary>
/// The sealed file of one track: magic "FRR" ‖ version 1(1) ‖ recording(16) ‖ track(16) ‖ salt(32), then chunks, each behind its head: track(16) ‖ number(4) ‖ length(4, the
/// topmost bit marks the last one), then AES-256-GCM ciphertext ‖ tag(16). Every file has a key of its own, HKDF-SHA-256 (RFC 5869) of the recording's key, the salt and both ids, so
/// that the nonce can be zeros(7) ‖ number(4) ‖ last(1) and never comes twice under one key. The head is additional data. Unlike <c>Platform/Sealing/SealedStream</c> a chunk is
/// as long as what there was to seal when its time came, so that whoever dies leaves everything up to a second ago.
/// </summary>
internal static class SealedChunks
{
    public const int HeaderSize = 68, HeadSize = 24, TagSize = 16, KeySize = 32;
    /// <summary>Bytes of the longest chunk, before it is sealed.</summary>
    public const int Longest = 64 * 1024;
    internal const uint Last = 0x8000_0000;
    const int SaltSize = 32, NonceSize = 12;
    static ReadOnlySpan<byte> Magic => "FRR\u0001"u8;

    internal static byte[] Begin(in TrackName name)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        name.Write(header.AsSpan(4));
        RandomNumberGenerator.Fill(header.AsSpan(HeaderSize - SaltSize));
        return header;
    }

    /// <summary>Which track a file says it is; false where it is none of ours.</summary>
    internal static bool TryReadHeader(ReadOnlySpan<byte> header, out TrackName name)
    {
        name = default;
        if (header.Length < HeaderSize || !header.StartsWith(Magic)) return false;
        name = TrackName.Read(header[4..]);
        return true;
    }

    internal static AesGcm Cipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header)
    {
        if (key.Length != KeySize) throw new ArgumentException("The key of a recording is 32 bytes long.", nameof(key));
        Span<byte> own = stackalloc byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, own, header[^SaltSize..], [.. "firstring recording\0"u8, .. header[4..(HeaderSize - SaltSize)]]);
        var cipher = new AesGcm(own, TagSize);
        CryptographicOperations.ZeroMemory(own);
        return cipher;
    }

    /// <summary>Seals a chunk with its head in front; returns how long both are.</summary>
    internal static int Seal(AesGcm cipher, in TrackName name, uint number, bool last, ReadOnlySpan<byte> plain, Span<byte> to)
    {
        var head = to[..HeadSize];
        name.WriteTrack(head);
        BinaryPrimitives.WriteUInt32BigEndian(head[16..], number);
        BinaryPrimitives.WriteUInt32BigEndian(head[20..], (uint)plain.Length | (last ? Last : 0));
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number, last);
        cipher.Encrypt(nonce, plain, to.Slice(HeadSize, plain.Length), to.Slice(HeadSize + plain.Length, TagSize), head);
        return HeadSize + plain.Length + TagSize;
    }

    /// <exception cref="CryptographicException">Altered, of another place, or under another key.</exception>
    internal static void Open(AesGcm cipher, ReadOnlySpan<byte> head, ReadOnlySpan<byte> @sealed, Span<byte> plain)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, BinaryPrimitives.ReadUInt32BigEndian(head[16..]), (BinaryPrimitives.ReadUInt32BigEndian(head[20..]) & Last) != 0);
        cipher.Decrypt(nonce, @sealed[..^TagSize], @sealed[^TagSize..], plain, head);
    }

    static void WriteNonce(Span<byte> nonce, uint number, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(nonce[7..], number);
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>Which track of which recording.</summary>
internal readonly record struct TrackName(Guid Recording, Guid Track)
{
    internal void Write(Span<byte> to)
    {
        Recording.TryWriteBytes(to[..16], bigEndian: true, out _);
        WriteTrack(to[16..]);
    }

    internal void WriteTrack(Span<byte> to) => Track.TryWriteBytes(to[..16], bigEndian: true, out _);

    internal static TrackName Read(ReadOnlySpan<byte> from) => new(new Guid(from[..16], bigEndian: true), new Guid(from.Slice(16, 16), bigEndian: true));
}

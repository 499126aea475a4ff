using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Media.Rtc.Ice;

/// <summary>
/// User name fragments that are not looked up but opened: AES-GCM seals call, participant, generation and expiry into them, and the password is
/// a MAC of the fragment. So an offer that nobody answers costs nothing here. In front of what is sealed stands, for anyone to read and for nobody to change, which
/// worker of which node it is for: the public door has nothing else to go by. Safe for several threads.
/// </summary>
public sealed class IceCredentials : IDisposable
{
    const int NonceLength = 12, TagLength = 16, ClearLength = 16 + 16 + 4 + 8;
    const int PlaceLength = 6; // key number, node, worker
    const int SealedLength = PlaceLength + NonceLength + ClearLength + TagLength;

    /// <summary>Characters of a fragment: base64 without padding, which is exactly the ice-char alphabet (RFC 8839 §5.4).</summary>
    public const int UfragLength = (SealedLength * 8 + 5) / 6;
    /// <summary>Characters of a password: 144 bits; RFC 8839 §5.4 wants at least 22 characters and 128 bits.</summary>
    public const int PasswordLength = 24;

    readonly byte _keyId;
    readonly uint _node;
    readonly byte[] _sealingKey;
    readonly byte[] _passwordKey;

    /// <summary>Takes a 32-byte key of this node, a number that tells it from its other keys, and one that tells this node from others.</summary>
    public IceCredentials(ReadOnlySpan<byte> nodeKey, byte keyId, uint node = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nodeKey.Length, 32, nameof(nodeKey));
        (_keyId, _node) = (keyId, node);
        _sealingKey = HKDF.Expand(HashAlgorithmName.SHA256, nodeKey.ToArray(), 16, "ice ufrag"u8.ToArray());
        _passwordKey = HKDF.Expand(HashAlgorithmName.SHA256, nodeKey.ToArray(), 32, "ice password"u8.ToArray());
    }

    /// <summary>Makes fragment and password for one offer of <paramref name="worker"/>. <paramref name="expiresAt"/> is in the worker's clock (µs).</summary>
    public (string Ufrag, string Password) Issue(in IceIdentity identity, long expiresAt, byte worker = 0)
    {
        Span<byte> clear = stackalloc byte[ClearLength];
        identity.Call.TryWriteBytes(clear);
        identity.Participant.TryWriteBytes(clear[16..]);
        BinaryPrimitives.WriteInt32BigEndian(clear[32..], identity.Generation);
        BinaryPrimitives.WriteInt64BigEndian(clear[36..], expiresAt);

        Span<byte> whole = stackalloc byte[SealedLength];
        whole[0] = _keyId;
        BinaryPrimitives.WriteUInt32BigEndian(whole[1..], _node);
        whole[5] = worker;
        var nonce = whole.Slice(PlaceLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var gcm = new AesGcm(_sealingKey, TagLength);
        gcm.Encrypt(nonce, clear, whole.Slice(PlaceLength + NonceLength, ClearLength), whole[^TagLength..], whole[..PlaceLength]);

        var ufrag = Convert.ToBase64String(whole).TrimEnd('=');
        Span<byte> password = stackalloc byte[PasswordLength];
        WritePassword(Encoding.ASCII.GetBytes(ufrag), password);
        return (ufrag, Encoding.ASCII.GetString(password));
    }

    /// <summary>
    /// Opens a fragment. False for anything that this key did not seal; wrong size or key number is told without any cryptography, so that noise is
    /// cheap. The expiry is for the caller to judge: it bounds when a connection may begin, not how long it lasts.
    /// </summary>
    public bool TryOpen(ReadOnlySpan<byte> ufrag, out IceIdentity identity, out long expiresAt)
    {
        (identity, expiresAt) = (default, 0);
        if (ufrag.Length != UfragLength) return false;
        Span<byte> text = stackalloc byte[UfragLength + 3 & ~3];
        text.Fill((byte)'=');
        ufrag.CopyTo(text);
        Span<byte> whole = stackalloc byte[text.Length / 4 * 3];
        if (Base64.DecodeFromUtf8(text, whole, out _, out var length) != System.Buffers.OperationStatus.Done || length != SealedLength) return false;
        whole = whole[..length];
        if (whole[0] != _keyId) return false;

        Span<byte> clear = stackalloc byte[ClearLength];
        if (!TryUnseal(whole, clear)) return false;
        expiresAt = BinaryPrimitives.ReadInt64BigEndian(clear[36..]);
        identity = new IceIdentity(new Guid(clear[..16]), new Guid(clear[16..32]), BinaryPrimitives.ReadInt32BigEndian(clear[32..]));
        return true;
    }

    /// <summary>
    /// Which worker of which node a fragment says it is for: a hint from whoever sent it, which only that node can prove. False for what is no fragment of ours by its looks.
    /// </summary>
    public static bool TryReadPlace(ReadOnlySpan<byte> ufrag, out uint node, out byte worker)
    {
        (node, worker) = (0, 0);
        Span<byte> place = stackalloc byte[PlaceLength];
        if (ufrag.Length != UfragLength || Base64.DecodeFromUtf8(ufrag[..(PlaceLength / 3 * 4)], place, out _, out var length) != System.Buffers.OperationStatus.Done || length != PlaceLength) return false;
        (node, worker) = (BinaryPrimitives.ReadUInt32BigEndian(place[1..]), place[5]);
        return true;
    }

    /// <summary>Writes the <see cref="PasswordLength"/> bytes of the password that goes with a fragment.</summary>
    public void WritePassword(ReadOnlySpan<byte> ufrag, Span<byte> password)
    {
        Span<byte> mac = stackalloc byte[32];
        HMACSHA256.HashData(_passwordKey, ufrag, mac);
        Base64.EncodeToUtf8(mac[..(PasswordLength / 4 * 3)], password, out _, out _);
    }

    bool TryUnseal(ReadOnlySpan<byte> whole, Span<byte> clear)
    {
        // AesGcm is not thread-safe; a fragment is opened once per peer, so one per call is cheap enough.
        using var gcm = new AesGcm(_sealingKey, TagLength);
        try
        {
            gcm.Decrypt(whole.Slice(PlaceLength, NonceLength), whole.Slice(PlaceLength + NonceLength, ClearLength), whole[^TagLength..], clear, whole[..PlaceLength]);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>Wipes the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_sealingKey);
        CryptographicOperations.ZeroMemory(_passwordKey);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Stun;

/// <summary>One STUN message over the bytes it came in (RFC 8489 §5). Nothing is copied.</summary>
public readonly ref struct StunMessage
{
    /// <summary>Size of the header in bytes.</summary>
    public const int HeaderLength = 20;
    internal const uint MagicCookie = 0x2112A442;
    internal const uint FingerprintMask = 0x5354554E;
    // Above this no integrity is computed: a datagram fits, and the copy stays on the stack.
    const int MaxProtectedLength = 2048;

    readonly ReadOnlySpan<byte> _message;
    readonly int _integrityAt; // offset of the MESSAGE-INTEGRITY attribute header, or -1

    StunMessage(ReadOnlySpan<byte> message, int integrityAt)
    {
        _message = message;
        _integrityAt = integrityAt;
    }

    /// <summary>Bytes of the whole message.</summary>
    public int Length => _message.Length;
    /// <summary>The raw 14-bit message type.</summary>
    public ushort MessageType => BinaryPrimitives.ReadUInt16BigEndian(_message);
    /// <summary>Request, indication, success or error.</summary>
    public StunClass Class => StunType.Class(MessageType);
    /// <summary>The method, which need not be one of the named ones.</summary>
    public StunMethod Method => StunType.Method(MessageType);
    /// <summary>The 12 bytes of the transaction id.</summary>
    public ReadOnlySpan<byte> TransactionId => _message.Slice(8, 12);
    /// <summary>USERNAME, or empty.</summary>
    public ReadOnlySpan<byte> Username => TryGet(StunAttribute.Username, out var value) ? value : default;
    /// <summary>The controlling side nominates this pair (RFC 8445 §7.1.2).</summary>
    public bool HasUseCandidate => TryGet(StunAttribute.UseCandidate, out _);
    /// <summary>The message carries MESSAGE-INTEGRITY.</summary>
    public bool HasIntegrity => _integrityAt >= 0;

    /// <summary>Reads a message whose attributes fill it exactly; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (datagram.Length < HeaderLength || datagram[0] > 0x3F || (datagram.Length & 3) != 0) return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != MagicCookie) return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != datagram.Length - HeaderLength) return false;

        var integrityAt = -1;
        for (var at = HeaderLength; at < datagram.Length;)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
            var next = at + 4 + (length + 3 & ~3);
            if (next > datagram.Length) return false;
            if (type == StunAttribute.MessageIntegrity && integrityAt < 0)
            {
                if (length != MessageIntegrity.Length) return false;
                integrityAt = at;
            }
            at = next;
        }
        message = new StunMessage(datagram, integrityAt);
        return true;
    }

    /// <summary>Finds the first attribute of a type. What follows MESSAGE-INTEGRITY is ignored but FINGERPRINT (RFC 8489 §14.5).</summary>
    public bool TryGet(ushort type, out ReadOnlySpan<byte> value)
    {
        var attributes = Attributes();
        while (attributes.Next(out var found, out value))
            if (found == type)
                return true;
        return false;
    }

    /// <summary>Walks the attributes in order, without those that must be ignored.</summary>
    public StunAttributes Attributes() => new(_message, _integrityAt);

    /// <summary>Checks MESSAGE-INTEGRITY over everything before it. False when it is absent.</summary>
    public bool VerifyIntegrity(ReadOnlySpan<byte> key)
    {
        if (_integrityAt is < 0 or > MaxProtectedLength) return false;
        Span<byte> covered = stackalloc byte[MaxProtectedLength];
        covered = covered[.._integrityAt];
        _message[.._integrityAt].CopyTo(covered);
        // RFC 8489 §14.5: the length field counts up to and including this attribute, as it did when the sender computed the HMAC.
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)(_integrityAt + 4 + MessageIntegrity.Length - HeaderLength));
        Span<byte> expected = stackalloc byte[MessageIntegrity.Length];
        MessageIntegrity.Compute(key, covered, expected);
        return CryptographicOperations.FixedTimeEquals(expected, _message.Slice(_integrityAt + 4, MessageIntegrity.Length));
    }

    /// <summary>Checks FINGERPRINT, which must be the last attribute. False when it is absent.</summary>
    public bool VerifyFingerprint()
    {
        var at = _message.Length - 8;
        return at >= HeaderLength
            && BinaryPrimitives.ReadUInt32BigEndian(_message[at..]) == ((uint)StunAttribute.Fingerprint << 16 | 4)
            && BinaryPrimitives.ReadUInt32BigEndian(_message[(at + 4)..]) == (Crc32.Compute(_message[..at]) ^ FingerprintMask);
    }

    /// <summary>Lists the comprehension-required types that are not in <paramref name="known"/>, for a 420 answer; returns how many fitted.</summary>
    public int UnknownRequired(ReadOnlySpan<ushort> known, Span<ushort> unknown)
    {
        var count = 0;
        var attributes = Attributes();
        while (count < unknown.Length && attributes.Next(out var type, out _))
            if (type < 0x8000 && !known.Contains(type) && !unknown[..count].Contains(type))
                unknown[count++] = type;
        return count;
    }

    /// <summary>Reads an XOR'ed address attribute; <paramref name="ip"/> holds 16 bytes, of which <paramref name="ipLength"/> (4 or 16) are set.</summary>
    public bool TryGetXorAddress(ushort type, Span<byte> ip, out int ipLength, out ushort port)
    {
        (ipLength, port) = (0, 0);
        return TryGet(type, out var value) && TryReadXorAddress(value, ip, out ipLength, out port);
    }

    /// <summary>Reads the value of an XOR'ed address attribute of this message, like <see cref="TryGetXorAddress"/>.</summary>
    public bool TryReadXorAddress(ReadOnlySpan<byte> value, Span<byte> ip, out int ipLength, out ushort port)
    {
        (ipLength, port) = (0, 0);
        if (value.Length < 8) return false;
        var size = value[1] switch { 1 => 4, 2 => 16, _ => 0 };
        if (size == 0 || value.Length != 4 + size || ip.Length < size) return false;
        port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (MagicCookie >> 16));
        for (var i = 0; i < size; i++) ip[i] = (byte)(value[4 + i] ^ _message[4 + i]);
        ipLength = size;
        return true;
    }
}

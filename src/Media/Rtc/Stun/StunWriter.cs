using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Stun;

/// <summary>
/// Writes one STUN message into a buffer: Begin, attributes, AddIntegrity, AddFingerprint. An attribute that does not fit is left out and
/// <see cref="Length"/> is 0 from then on, so a half message is never sent.
/// </summary>
public ref struct StunWriter(Span<byte> destination)
{
    readonly Span<byte> _buffer = destination;
    int _length;

    /// <summary>Bytes written so far; 0 when something did not fit.</summary>
    public readonly int Length => _length < 0 ? 0 : _length;

    /// <summary>Starts the message.</summary>
    public void Begin(StunClass kind, StunMethod method, ReadOnlySpan<byte> transactionId)
    {
        if (_buffer.Length < StunMessage.HeaderLength || transactionId.Length != 12)
        {
            _length = -1;
            return;
        }
        BinaryPrimitives.WriteUInt16BigEndian(_buffer, StunType.Join(kind, method));
        BinaryPrimitives.WriteUInt32BigEndian(_buffer[4..], StunMessage.MagicCookie);
        transactionId.CopyTo(_buffer[8..]);
        _length = StunMessage.HeaderLength;
        PatchLength();
    }

    /// <summary>Adds an attribute as it is; padding is zero.</summary>
    public void Add(ushort type, ReadOnlySpan<byte> value)
    {
        var body = Reserve(type, value.Length);
        if (body.Length == value.Length) value.CopyTo(body);
    }

    /// <summary>Adds a 32-bit attribute (PRIORITY, LIFETIME, …).</summary>
    public void Add(ushort type, uint value)
    {
        var body = Reserve(type, 4);
        if (body.Length == 4) BinaryPrimitives.WriteUInt32BigEndian(body, value);
    }

    /// <summary>Adds an attribute whose value stands in its place already.</summary>
    public void AddInPlace(ushort type, int length) => Reserve(type, length);

    /// <summary>Adds USERNAME.</summary>
    public void AddUsername(ReadOnlySpan<byte> username) => Add(StunAttribute.Username, username);

    /// <summary>Adds XOR-MAPPED-ADDRESS: 4 bytes of IPv4 or 16 of IPv6, network order.</summary>
    public void AddXorMappedAddress(ReadOnlySpan<byte> ip, ushort port) => AddXorAddress(StunAttribute.XorMappedAddress, ip, port);

    /// <summary>Adds any XOR'ed address attribute (RFC 8489 §14.2).</summary>
    public void AddXorAddress(ushort type, ReadOnlySpan<byte> ip, ushort port)
    {
        if (ip.Length is not (4 or 16))
        {
            _length = -1;
            return;
        }
        var body = Reserve(type, 4 + ip.Length);
        if (body.Length == 0) return;
        body[0] = 0;
        body[1] = (byte)(ip.Length == 4 ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(body[2..], (ushort)(port ^ (StunMessage.MagicCookie >> 16)));
        for (var i = 0; i < ip.Length; i++) body[4 + i] = (byte)(ip[i] ^ _buffer[4 + i]);
    }

    /// <summary>Adds ERROR-CODE (300–699) with a reason in ASCII.</summary>
    public void AddErrorCode(int code, ReadOnlySpan<byte> reason)
    {
        var body = Reserve(StunAttribute.ErrorCode, 4 + reason.Length);
        if (body.Length == 0) return;
        body[0] = body[1] = 0;
        body[2] = (byte)(code / 100);
        body[3] = (byte)(code % 100);
        reason.CopyTo(body[4..]);
    }

    /// <summary>Adds UNKNOWN-ATTRIBUTES, which goes with 420.</summary>
    public void AddUnknownAttributes(ReadOnlySpan<ushort> types)
    {
        var body = Reserve(StunAttribute.UnknownAttributes, 2 * types.Length);
        if (body.Length == 0) return;
        for (var i = 0; i < types.Length; i++) BinaryPrimitives.WriteUInt16BigEndian(body[(2 * i)..], types[i]);
    }

    /// <summary>Adds MESSAGE-INTEGRITY over everything so far.</summary>
    public void AddIntegrity(ReadOnlySpan<byte> key)
    {
        var covered = _length;
        var body = Reserve(StunAttribute.MessageIntegrity, MessageIntegrity.Length);
        if (body.Length == MessageIntegrity.Length) MessageIntegrity.Compute(key, _buffer[..covered], body);
    }

    /// <summary>Adds FINGERPRINT; nothing may follow.</summary>
    public void AddFingerprint()
    {
        var covered = _length;
        var body = Reserve(StunAttribute.Fingerprint, 4);
        if (body.Length == 4) BinaryPrimitives.WriteUInt32BigEndian(body, Crc32.Compute(_buffer[..covered]) ^ StunMessage.FingerprintMask);
    }

    // Writes the attribute header, clears the padding and moves the message length on first: both HMAC and CRC cover the final length.
    Span<byte> Reserve(ushort type, int length)
    {
        var padded = length + 3 & ~3;
        if (_length < StunMessage.HeaderLength || length > ushort.MaxValue - 3 || _buffer.Length - _length < 4 + padded
            || _length + 4 + padded - StunMessage.HeaderLength > ushort.MaxValue)
        {
            _length = -1;
            return default;
        }
        var at = _length;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[at..], type);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(at + 2)..], (ushort)length);
        _buffer.Slice(at + 4 + length, padded - length).Clear();
        _length = at + 4 + padded;
        PatchLength();
        return _buffer.Slice(at + 4, length);
    }

    readonly void PatchLength() => BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length - StunMessage.HeaderLength));
}

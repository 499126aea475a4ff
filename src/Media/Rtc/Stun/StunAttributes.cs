using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Stun;

/// <summary>A cursor over the attributes of a message that was found well-formed.</summary>
public ref struct StunAttributes
{
    readonly ReadOnlySpan<byte> _message;
    readonly int _integrityAt;
    int _at;

    internal StunAttributes(ReadOnlySpan<byte> message, int integrityAt)
    {
        _message = message;
        _integrityAt = integrityAt;
        _at = StunMessage.HeaderLength;
    }

    /// <summary>Moves to the next attribute that counts; the value comes without its padding.</summary>
    public bool Next(out ushort type, out ReadOnlySpan<byte> value)
    {
        while (_at < _message.Length)
        {
            var at = _at;
            type = BinaryPrimitives.ReadUInt16BigEndian(_message[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(_message[(at + 2)..]);
            _at = at + 4 + (length + 3 & ~3);
            // RFC 8489 §14.5: after MESSAGE-INTEGRITY only the stronger integrity and FINGERPRINT count; the rest is unauthenticated.
            if (_integrityAt >= 0 && at > _integrityAt && type is not (StunAttribute.MessageIntegritySha256 or StunAttribute.Fingerprint))
                continue;
            value = _message.Slice(at + 4, length);
            return true;
        }
        type = 0;
        value = default;
        return false;
    }
}

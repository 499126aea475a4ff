using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtp;

/// <summary>
/// Adds a one-byte-form header extension (RFC 8285 §4.2) behind a fixed header that <see cref="RtpHeader.Write"/> has put into the same buffer.
/// An element that does not fit or has no valid id or size (1–14, 1–16 bytes) is left out and Add says so.
/// </summary>
public ref struct RtpExtensionWriter(Span<byte> packet)
{
    const int ElementsAt = RtpHeader.FixedLength + 4;

    readonly Span<byte> _packet = packet;
    int _at = ElementsAt;

    /// <summary>Adds one element.</summary>
    public bool Add(int id, ReadOnlySpan<byte> value)
    {
        if (!TryReserve(id, value.Length, out var body)) return false;
        value.CopyTo(body);
        return true;
    }

    /// <summary>Makes room for one element and hands out its bytes to be filled in place.</summary>
    public bool TryReserve(int id, int length, out Span<byte> value)
    {
        value = default;
        // Room for the final padding to a multiple of four is kept, so Finish cannot fail.
        if (id is < 1 or > 14 || length is < 1 or > 16 || (_at + 1 + length + 3 & ~3) > _packet.Length) return false;
        _packet[_at] = (byte)(id << 4 | length - 1);
        value = _packet.Slice(_at + 1, length);
        _at += 1 + length;
        return true;
    }

    /// <summary>Pads, sets the X bit and returns the header's whole length; without elements the header stays 12 bytes.</summary>
    public readonly int Finish()
    {
        if (_at == ElementsAt) return RtpHeader.FixedLength;
        var end = _at + 3 & ~3;
        _packet[_at..end].Clear();
        _packet[0] |= 0x10;
        BinaryPrimitives.WriteUInt16BigEndian(_packet[RtpHeader.FixedLength..], 0xBEDE);
        BinaryPrimitives.WriteUInt16BigEndian(_packet[(RtpHeader.FixedLength + 2)..], (ushort)((end - ElementsAt) / 4));
        return end;
    }
}

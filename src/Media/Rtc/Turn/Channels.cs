using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Turn;

/// <summary>A datagram by a channel (RFC 8656 §12.4): four bytes in front of it, and by TCP zeros behind it up to a multiple of four.</summary>
public static class Channels
{
    /// <summary>Bytes in front.</summary>
    public const int HeaderLength = 4;
    /// <summary>The lowest channel.</summary>
    public const ushort First = 0x4000;
    /// <summary>The highest.</summary>
    public const ushort Last = 0x4FFF;

    /// <summary>Reads what is behind the header; false when there is less than it says.</summary>
    public static bool TryRead(Span<byte> datagram, out ushort channel, out Span<byte> inner)
    {
        channel = 0;
        inner = default;
        if (datagram.Length < HeaderLength) return false;
        channel = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (channel is < First or > Last || length > datagram.Length - HeaderLength) return false;
        inner = datagram.Slice(HeaderLength, length);
        return true;
    }

    /// <summary>Puts the header in front of the first <paramref name="length"/> bytes, which move behind it; returns how many there are now, 0 when they do not fit.</summary>
    public static int Wrap(Span<byte> slot, int length, ushort channel)
    {
        if (slot.Length < HeaderLength + length) return 0;
        slot[..length].CopyTo(slot[HeaderLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(slot, channel);
        BinaryPrimitives.WriteUInt16BigEndian(slot[2..], (ushort)length);
        return HeaderLength + length;
    }
}

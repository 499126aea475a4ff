using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtp;

/// <summary>The RTP header without its payload: measuring it on the way in, writing it on the way out.</summary>
public static class RtpHeader
{
    /// <summary>Bytes of the fixed part.</summary>
    public const int FixedLength = 12;
    /// <summary>In the first byte: the payload ends in padding.</summary>
    public const byte PaddingBit = 0x20;

    /// <summary>Length of header, CSRCs and extension. Works on an encrypted packet too: padding is not looked at.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> packet, out int length)
    {
        length = 0;
        if (packet.Length < FixedLength || packet[0] >> 6 != 2) return false;
        var measured = FixedLength + 4 * (packet[0] & 0xF);
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < measured + 4) return false;
            measured += 4 + 4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(measured + 2)..]);
        }
        if (measured > packet.Length) return false;
        length = measured;
        return true;
    }

    /// <summary>Writes the fixed header and returns its 12 bytes as the length; 0 when they do not fit.</summary>
    public static int Write(Span<byte> destination, bool marker, int payloadType, ushort sequenceNumber, uint timestamp, uint ssrc)
    {
        if (destination.Length < FixedLength) return 0;
        destination[0] = 0x80;
        destination[1] = (byte)((marker ? 0x80 : 0) | (payloadType & 0x7F));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], ssrc);
        return FixedLength;
    }
}

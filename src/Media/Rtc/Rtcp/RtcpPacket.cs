using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>One packet of a compound: its common header taken apart, the rest as bytes.</summary>
public readonly ref struct RtcpPacket
{
    /// <summary>Bytes of the common header.</summary>
    public const int HeaderLength = 4;

    internal RtcpPacket(ReadOnlySpan<byte> bytes, int padding)
    {
        Bytes = bytes;
        Body = bytes[HeaderLength..^padding];
    }

    /// <summary>The whole packet, header and padding included.</summary>
    public ReadOnlySpan<byte> Bytes { get; }
    /// <summary>What follows the common header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; }
    /// <summary>The packet type.</summary>
    public RtcpPacketType Type => (RtcpPacketType)Bytes[1];
    /// <summary>The five bits that count reports or name the feedback format.</summary>
    public int Count => Bytes[0] & 0x1F;
    /// <summary>The first word of the body: the sender's SSRC in everything but SDES and BYE. 0 when the body is empty.</summary>
    public uint SenderSsrc => Body.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(Body);

    internal bool Is(RtcpPacketType type, int format) => Bytes.Length >= HeaderLength && Type == type && Count == format;

    // Writes the common header for a packet of so many bytes, a multiple of four.
    internal static void WriteHeader(Span<byte> destination, RtcpPacketType type, int count, int length)
    {
        destination[0] = (byte)(0x80 | count);
        destination[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)(length / 4 - 1));
    }
}

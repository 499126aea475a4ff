using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>What a receiver says about one stream (RFC 3550 §6.4.1).</summary>
public readonly record struct ReportBlock
{
    /// <summary>Bytes on the wire.</summary>
    public const int Length = 24;

    /// <summary>The stream reported on.</summary>
    public uint Ssrc { get; init; }
    /// <summary>Loss since the last report, in 1/256.</summary>
    public byte FractionLost { get; init; }
    /// <summary>Packets lost since the beginning; 24 bits, signed, clamped when written.</summary>
    public int CumulativeLost { get; init; }
    /// <summary>Highest sequence number with its cycle count in the upper half.</summary>
    public uint HighestSequence { get; init; }
    /// <summary>Interarrival jitter in the codec's clock.</summary>
    public uint Jitter { get; init; }
    /// <summary>The middle 32 bits of the last SR's NTP time, 0 for none.</summary>
    public uint LastSenderReport { get; init; }
    /// <summary>Time since that SR arrived, in 1/65,536 s.</summary>
    public uint DelaySinceLast { get; init; }

    internal static ReportBlock Read(ReadOnlySpan<byte> bytes) => new()
    {
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(bytes),
        FractionLost = bytes[4],
        CumulativeLost = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]) << 8 >> 8,
        HighestSequence = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
        Jitter = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
        LastSenderReport = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]),
        DelaySinceLast = BinaryPrimitives.ReadUInt32BigEndian(bytes[20..]),
    };

    internal void Write(Span<byte> bytes)
    {
        var lost = int.Clamp(CumulativeLost, -0x800000, 0x7FFFFF);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Ssrc);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], lost & 0xFFFFFF | FractionLost << 24);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], HighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[16..], LastSenderReport);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[20..], DelaySinceLast);
    }
}

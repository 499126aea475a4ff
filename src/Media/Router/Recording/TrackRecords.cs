using System.Buffers.Binary;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Router.Recording;

/// <summary>What stands in a track, in the order in which it happened.</summary>
internal enum RecordKind : byte
{
    /// <summary>What the track is; the first record.</summary>
    Begin = 1,
    /// <summary>An RTP packet.</summary>
    Packet,
    /// <summary>The publisher's clocks, from its sender report.</summary>
    Clock,
    /// <summary>Packets came that could not be kept: the disk was slower than the call.</summary>
    Dropped,
    /// <summary>From here to the next packet nothing was recorded on purpose.</summary>
    Paused,
}

/// <summary>What a track is. <paramref name="StartedAt"/> in UTC microseconds is the same moment as <paramref name="Started"/>, by the clock that all instants in the track are told by (µs).</summary>
internal readonly record struct TrackStart(MediaKind Kind, int ClockRate, Guid Participant, int Generation, long StartedAt, long Started);

/// <summary>Writes and reads records; every number is big-endian.</summary>
internal static class TrackRecords
{
    public const int BeginLength = 42, PacketHead = 12, ClockLength = 21, DroppedLength = 21, PausedLength = 9;
    public const byte Repaired = 1;

    public static int WriteBegin(Span<byte> to, in TrackStart start)
    {
        to[0] = (byte)RecordKind.Begin;
        to[1] = (byte)start.Kind;
        BinaryPrimitives.WriteInt32BigEndian(to[2..], start.ClockRate);
        start.Participant.TryWriteBytes(to[6..22], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(to[22..], start.Generation);
        BinaryPrimitives.WriteInt64BigEndian(to[26..], start.StartedAt);
        BinaryPrimitives.WriteInt64BigEndian(to[34..], start.Started);
        return BeginLength;
    }

    public static TrackStart ReadBegin(ReadOnlySpan<byte> from) => new(
        (MediaKind)from[1], BinaryPrimitives.ReadInt32BigEndian(from[2..]), new Guid(from[6..22], bigEndian: true), BinaryPrimitives.ReadInt32BigEndian(from[22..]),
        BinaryPrimitives.ReadInt64BigEndian(from[26..]), BinaryPrimitives.ReadInt64BigEndian(from[34..]));

    /// <summary>Bytes that the packet's record takes.</summary>
    public static int LengthOf(in MediaPacket packet) => PacketHead + packet.Arrived.Length;

    /// <summary>
    /// The packet as its publisher sent it: what came at first as it is, what a retransmission brought under its own number, type and SSRC again (RFC 4588 §4), without the
    /// retransmission's padding.
    /// </summary>
    public static int WritePacket(Span<byte> to, in MediaPacket packet, long now)
    {
        to[0] = (byte)RecordKind.Packet;
        BinaryPrimitives.WriteInt64BigEndian(to[1..], now);
        to[9] = packet.IsRepair ? Repaired : (byte)0;
        var bytes = to[PacketHead..];
        var length = packet.Arrived.Length;
        if (!packet.IsRepair) packet.Arrived.CopyTo(bytes);
        else
        {
            RtpHeader.TryMeasure(packet.Arrived, out var header);
            packet.Arrived[..header].CopyTo(bytes);
            bytes[0] &= unchecked((byte)~RtpHeader.PaddingBit);
            bytes[1] = (byte)((packet.Marker ? 0x80 : 0) | packet.PayloadType);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)packet.Sequence);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], packet.Source.Ssrc);
            packet.Payload.CopyTo(bytes[header..]);
            length = header + packet.Payload.Length;
        }
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], (ushort)length);
        return PacketHead + length;
    }

    public static int WriteClock(Span<byte> to, in SenderClock clock)
    {
        to[0] = (byte)RecordKind.Clock;
        BinaryPrimitives.WriteInt64BigEndian(to[1..], clock.At);
        BinaryPrimitives.WriteUInt64BigEndian(to[9..], clock.Ntp);
        BinaryPrimitives.WriteUInt32BigEndian(to[17..], clock.Rtp);
        return ClockLength;
    }

    public static SenderClock ReadClock(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadUInt64BigEndian(from[9..]), BinaryPrimitives.ReadUInt32BigEndian(from[17..]), BinaryPrimitives.ReadInt64BigEndian(from[1..]));

    public static int WriteDropped(Span<byte> to, long from, long until, long count)
    {
        to[0] = (byte)RecordKind.Dropped;
        BinaryPrimitives.WriteInt64BigEndian(to[1..], from);
        BinaryPrimitives.WriteInt64BigEndian(to[9..], until);
        BinaryPrimitives.WriteUInt32BigEndian(to[17..], (uint)long.Min(count, uint.MaxValue));
        return DroppedLength;
    }

    public static int WritePaused(Span<byte> to, long now)
    {
        to[0] = (byte)RecordKind.Paused;
        BinaryPrimitives.WriteInt64BigEndian(to[1..], now);
        return PausedLength;
    }

    /// <summary>Cuts the first record off a chunk; false at its end, and for what is no record.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> chunk, out RecordKind kind, out ReadOnlySpan<byte> record)
    {
        kind = default;
        record = default;
        if (chunk.IsEmpty) return false;
        kind = (RecordKind)chunk[0];
        var length = kind switch
        {
            RecordKind.Begin => BeginLength,
            RecordKind.Packet when chunk.Length >= PacketHead => PacketHead + BinaryPrimitives.ReadUInt16BigEndian(chunk[10..]),
            RecordKind.Clock => ClockLength,
            RecordKind.Dropped => DroppedLength,
            RecordKind.Paused => PausedLength,
            _ => int.MaxValue,
        };
        if (length > chunk.Length) return false;
        record = chunk[..length];
        chunk = chunk[length..];
        return true;
    }
}

using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>A recorded packet on its way to a frame. <paramref name="Life"/> counts the SSRCs of the track; <paramref name="Gap"/>: so many packets before it never came.</summary>
internal readonly record struct OrderedPacket(int Life, uint Timestamp, int PayloadType, bool Marker, byte[] Payload, long At, SenderClock Clock, long Gap);

/// <summary>Puts a track's packets into the order in which they were sent. A gap is waited out for as long as a retransmission may take.</summary>
internal static class PacketOrder
{
    // Ten requests, 0.4 s apart at most (NackList).
    const long PicturePatience = 5_000_000, SoundPatience = 500_000;

    public static IEnumerable<OrderedPacket> Of(IEnumerable<TrackRecord> records, bool isSound)
    {
        var waiting = new SortedDictionary<long, OrderedPacket>();
        var (unwrapper, next, life, ssrc, clock) = (default(SequenceUnwrapper), -1L, -1, 0u, default(SenderClock));
        foreach (var record in records)
        {
            if (record.Kind == RecordKind.Clock) clock = record.Clock;
            if (record.Kind == RecordKind.Paused)
                while (waiting.Count > 0) yield return Take(waiting, ref next);
            if (record.Kind != RecordKind.Packet || !TryRead(record, clock, out var packet, out var number, out var of)) continue;
            if (life < 0 || of != ssrc)
            {
                while (waiting.Count > 0) yield return Take(waiting, ref next);
                (unwrapper, next, ssrc) = (default, -1, of);
                if (life++ >= 0) clock = default;
                packet = packet with { Clock = clock };
            }
            var sequence = unwrapper.Unwrap(number);
            if (next < 0) next = sequence;
            if (sequence < next) continue; // after its gap was given up
            waiting[sequence] = packet with { Life = life };
            while (waiting.Count > 0 && (waiting.First() is var first) && (first.Key == next || record.At - first.Value.At > (isSound ? SoundPatience : PicturePatience))) yield return Take(waiting, ref next);
        }
        while (waiting.Count > 0) yield return Take(waiting, ref next);
    }

    static OrderedPacket Take(SortedDictionary<long, OrderedPacket> waiting, ref long next)
    {
        var (number, packet) = waiting.First();
        waiting.Remove(number);
        packet = packet with { Gap = number - next };
        next = number + 1;
        return packet;
    }

    static bool TryRead(in TrackRecord record, in SenderClock clock, out OrderedPacket packet, out ushort number, out uint ssrc)
    {
        (packet, number, ssrc) = (default, 0, 0);
        if (!RtpPacket.TryRead(record.Packet, out var rtp)) return false;
        (number, ssrc) = (rtp.SequenceNumber, rtp.Ssrc);
        packet = new OrderedPacket(0, rtp.Timestamp, rtp.PayloadType, rtp.Marker, rtp.Payload.ToArray(), record.At, clock, 0);
        return true;
    }
}

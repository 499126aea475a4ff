using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>Writes transport-wide congestion feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).</summary>
public static class TransportFeedbackWriter
{
    /// <summary>
    /// Reports arrivals, which ascend by sequence number (around the wrap too); the numbers from <paramref name="first"/> on that are not among them
    /// are reported lost. Returns the length and how many were <paramref name="consumed"/>: a report ends early when it is full, or where two arrivals lie
    /// over 8.1 s apart; the rest belongs into the next one. 0 when there is nothing to report or no room for it.
    /// </summary>
    /// <param name="destination">Where it is written, 32 bytes at least.</param>
    /// <param name="senderSsrc">Who reports.</param>
    /// <param name="mediaSsrc">Any stream of the peer.</param>
    /// <param name="number">The report's own number, one more each time.</param>
    /// <param name="first">Where the report begins: the number behind the last one told, or one told lost that has come after all.</param>
    /// <param name="arrivals">What arrived, from there on.</param>
    /// <param name="consumed">How many of them the report holds.</param>
    public static int Write(
        Span<byte> destination, uint senderSsrc, uint mediaSsrc, byte number, ushort first, ReadOnlySpan<TransportArrival> arrivals, out int consumed)
    {
        consumed = 0;
        destination = destination[..(int.Min(destination.Length, 0x40000) & ~3)];
        if (arrivals.IsEmpty || destination.Length < TransportFeedback.FixedLength + StatusChunks.Reserve + 4) return 0;

        // Chunks grow up from the front, deltas down from the back, byte by byte in reverse; they are put together when both are known.
        var body = destination[TransportFeedback.FixedLength..];
        var chunks = new StatusChunks(body);
        var deltasAt = body.Length;
        var reference = FloorDivide(arrivals[0].Microseconds, TransportFeedback.ReferenceMicroseconds);
        var last = reference * TransportFeedback.TicksPerReference;
        var statuses = 0;
        var next = first;
        foreach (var arrival in arrivals)
        {
            var tick = FloorDivide(arrival.Microseconds, TransportFeedback.TickMicroseconds);
            var delta = tick - last;
            int missing = (ushort)(arrival.Sequence - next);
            var room = deltasAt - chunks.Length - StatusChunks.Reserve - 2 * int.Min(missing / 7 + 1, missing / 0x1FFF + 4);
            if (delta is < short.MinValue or > short.MaxValue || statuses + missing >= ushort.MaxValue || room < 2) break;

            for (var i = 0; i < missing; i++) chunks.Add(StatusChunks.NotReceived);
            var small = delta is >= 0 and <= byte.MaxValue;
            chunks.Add(small ? StatusChunks.Small : StatusChunks.Large);
            if (!small) body[--deltasAt] = (byte)(delta >> 8);
            body[--deltasAt] = (byte)delta;
            statuses += missing + 1;
            next = (ushort)(arrival.Sequence + 1);
            last = tick;
            consumed++;
        }
        if (consumed == 0) return 0;
        chunks.Flush();

        var deltas = body[deltasAt..];
        deltas.Reverse();
        deltas.CopyTo(body[chunks.Length..]);
        return Finish(destination, chunks.Length + deltas.Length, senderSsrc, mediaSsrc, new(number, first, statuses, reference));
    }

    readonly record struct Head(byte Number, ushort First, int Statuses, long Reference);

    static int Finish(Span<byte> destination, int bodyLength, uint senderSsrc, uint mediaSsrc, Head head)
    {
        var used = TransportFeedback.FixedLength + bodyLength;
        var length = used + 3 & ~3;
        FeedbackHeader.Write(destination, RtcpPacketType.TransportLayerFeedback, TransportFeedback.Format, length, senderSsrc, mediaSsrc);
        BinaryPrimitives.WriteUInt16BigEndian(destination[12..], head.First);
        BinaryPrimitives.WriteUInt16BigEndian(destination[14..], (ushort)head.Statuses);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)head.Reference << 8 | head.Number);
        if (length > used)
        {
            destination[used..length].Clear();
            destination[length - 1] = (byte)(length - used);
            destination[0] |= 0x20;
        }
        return length;
    }

    static long FloorDivide(long value, long by) => value / by - (value % by < 0 ? 1 : 0);
}

using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>
/// When what a packet carries was there to be heard or seen, in UTC microseconds. Within a connection sound and pictures are laid side by side by the publisher's own wall clock, as its sender reports
/// give it (RFC 3550 §6.4.1); that clock is put to ours by the packet that was under way for the shortest time. Without reports a stream's own clock is put to ours in the same way.
/// </summary>
internal sealed class TrackTimes(TrackStart start)
{
    sealed class Life
    {
        public SenderClock First;
        public long LeastByNtp = long.MaxValue, LeastByRtp = long.MaxValue;
        public uint Timestamp;
        public long Ticks;
        public bool HasTicks;
    }

    readonly List<Life> _lives = [];

    /// <summary>The shortest time under way plus how the publisher's wall clock stands to ours (µs); far away without reports.</summary>
    public long LeastByNtp => _lives.Count == 0 ? long.MaxValue : _lives.Min(life => life.LeastByNtp);

    /// <summary>Packets were there that no report tells the time of.</summary>
    public bool IsWithoutReports => _lives.Any(life => !life.First.IsKnown);

    long Offset => start.StartedAt - start.Started;

    /// <summary>Looks at every packet once, in order, before any is asked for its time.</summary>
    public void Learn(in OrderedPacket packet)
    {
        while (_lives.Count <= packet.Life) _lives.Add(new Life());
        var life = _lives[packet.Life];
        var at = packet.At + Offset;
        life.LeastByRtp = long.Min(life.LeastByRtp, at - Advance(life, packet.Timestamp));
        if (!packet.Clock.IsKnown) return;
        if (!life.First.IsKnown) life.First = packet.Clock;
        life.LeastByNtp = long.Min(life.LeastByNtp, at - SentAt(packet.Clock, packet.Timestamp));
    }

    /// <summary>From here on packets are asked for their times, from the beginning.</summary>
    public void Rewind() => _lives.ForEach(life => life.HasTicks = false);

    /// <param name="packet">In order again.</param>
    /// <param name="timestamp">Its own, or an earlier one that it repeats.</param>
    /// <param name="leastByNtp">Of all tracks of the connection.</param>
    public long Of(in OrderedPacket packet, uint timestamp, long leastByNtp)
    {
        var life = _lives[packet.Life];
        if (life.First.IsKnown) return leastByNtp + SentAt(packet.Clock.IsKnown ? packet.Clock : life.First, timestamp);
        return life.LeastByRtp + Advance(life, timestamp);
    }

    // Microseconds of the stream's own clock since its first packet.
    long Advance(Life life, uint timestamp)
    {
        life.Ticks = life.HasTicks ? life.Ticks + unchecked((int)(timestamp - life.Timestamp)) : 0;
        (life.Timestamp, life.HasTicks) = (timestamp, true);
        return life.Ticks * 1_000_000 / start.ClockRate;
    }

    long SentAt(in SenderClock clock, uint timestamp) =>
        (long)(clock.Ntp >> 32) * 1_000_000 + (long)((clock.Ntp & uint.MaxValue) * 1_000_000 >> 32) + (long)unchecked((int)(timestamp - clock.Rtp)) * 1_000_000 / start.ClockRate;
}

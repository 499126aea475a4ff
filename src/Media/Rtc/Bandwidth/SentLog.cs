using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// What left under which transport-wide number, until the receiver's reports tell what became of it. A ring that grows with the rate until it holds
/// three seconds, and no further: what is older is forgotten, and nothing is allocated per packet. Like <see cref="ArrivalLog"/> it lives as long as
/// the peer: numbers go on through an ICE restart.
/// </summary>
public sealed class SentLog
{
    /// <summary>What is older need not be remembered (µs).</summary>
    public const long Memory = 3_000_000;
    const int FirstPlaces = 256, MostPlaces = 8192;
    // Arrival times repeat after so many microseconds: a signed 24-bit reference time of 64 ms each.
    const long Circle = (1L << 24) * 64_000;

    enum Verdict : byte { None, Lost, Arrived }

    struct Entry
    {
        public long At;
        public ushort Bytes;
        public byte Cluster;
        public Verdict Verdict;
    }

    Entry[] _entries = new Entry[FirstPlaces];
    long _oldest, _next, _toldTo;
    long _lastArrival;
    bool _anyArrived;

    /// <summary>A log whose first packet gets this number.</summary>
    public SentLog(ushort first = 0) => _oldest = _next = _toldTo = 0x10000L + first;

    /// <summary>Places of the ring.</summary>
    public int Capacity => _entries.Length;

    /// <summary>Notes a packet that leaves now and gives it its number.</summary>
    public ushort Add(int bytes, byte cluster, long now)
    {
        if (_next - _oldest == _entries.Length) MakeRoom(now);
        Of(_next) = new Entry { At = now, Bytes = (ushort)int.Min(bytes, ushort.MaxValue), Cluster = cluster };
        return (ushort)_next++;
    }

    /// <summary>
    /// What a report says of one packet. False when it says nothing new: said before, never sent, or too long ago. A packet that arrives after it was
    /// reported lost is news.
    /// </summary>
    public bool TryMatch(in TransportStatus status, out PacketResult result)
    {
        result = default;
        var number = _next + (short)(status.Sequence - (ushort)_next);
        if (number < _oldest || number >= _next) return false;
        ref var entry = ref Of(number);
        if (entry.Verdict == Verdict.Arrived || (entry.Verdict == Verdict.Lost && !status.Received)) return false;
        var wasLost = entry.Verdict == Verdict.Lost;
        entry.Verdict = status.Received ? Verdict.Arrived : Verdict.Lost;
        var arrivedAt = status.Received ? Unwrap(status.Microseconds) : 0;
        result = new PacketResult(number, entry.Bytes, entry.Cluster, entry.At, arrivedAt, status.Received, wasLost, Untold(number));
        return true;
    }

    int Untold(long number)
    {
        var bytes = 0;
        for (; _toldTo < number; _toldTo++)
            if (_toldTo >= _oldest)
                bytes += Of(_toldTo).Bytes;
        _toldTo = long.Max(_toldTo, number + 1);
        return bytes;
    }

    ref Entry Of(long number) => ref _entries[number & (_entries.Length - 1)];

    long Unwrap(long arrival)
    {
        if (!_anyArrived) arrival += Circle; // a receiver's clock may read below zero; ours then never does
        else
        {
            var step = (arrival - _lastArrival) % Circle;
            if (step > Circle / 2) step -= Circle;
            else if (step < -Circle / 2) step += Circle;
            arrival = _lastArrival + step;
        }
        _anyArrived = true;
        return _lastArrival = arrival;
    }

    void MakeRoom(long now)
    {
        if (_entries.Length == MostPlaces || now - Of(_oldest).At > Memory)
        {
            _oldest++;
            return;
        }
        var grown = new Entry[_entries.Length * 2];
        for (var number = _oldest; number < _next; number++) grown[number & (grown.Length - 1)] = Of(number);
        _entries = grown;
    }
}

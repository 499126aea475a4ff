namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// When to probe and how fast: three and six times the first rate at the start, twice what arrived while it rises, soon after a fall, and now and then
/// in any case: a path that has grown wider tells nobody.
/// </summary>
internal sealed class ProbePlan
{
    const long AfterFall = 2_000_000, Interval = 5_000_000, LongInterval = 10_000_000, Again = 1_500_000;
    const long FallIsRecent = 30_000_000;
    const long AfterTrouble = 1_000_000;
    const long BestIsRecent = 10_000_000;
    const double Back = 0.85, Far = 0.66;
    const int MostWaiting = 4;
    const long MostSwallowed = 100_000; // µs of what is known to be carried

    readonly double[] _waiting = new double[MostWaiting];
    int _count;
    byte _id;
    long _dueAt = long.MaxValue;
    double _fellFrom, _best;
    long _fellAt, _bestAt;
    bool _triedBack, _heard;

    /// <summary>When something may become due (µs).</summary>
    internal long NextAt => _count > 0 ? 0 : _dueAt;

    /// <summary>The first packet leaves.</summary>
    internal void Begin(double rate, double ceiling, long now)
    {
        Add(double.Min(3 * rate, ceiling));
        Add(double.Min(6 * rate, ceiling));
        _dueAt = now + Again;
    }

    /// <summary>Sees what arrives, and the target: one far below the best of the last seconds is a fall.</summary>
    internal void Note(double arrives, double target, long now)
    {
        if (arrives >= _best || now - _bestAt > BestIsRecent) (_best, _bestAt) = (arrives, now);
        else if (target < Far * _best && _fellFrom < _best) OnFall(_best, now);
    }

    /// <summary>The target fell.</summary>
    internal void OnFall(double from, long now, long after = AfterFall)
    {
        _fellFrom = double.Max(_fellFrom, from);
        (_fellAt, _triedBack, _count) = (now, false, 0);
        _dueAt = now + after;
    }

    /// <summary>A cluster arrived: the rate it proves.</summary>
    internal double OnResult(in ProbeResult result, double ceiling, bool topUnknown, long now)
    {
        (_heard, _dueAt) = (true, now + (Soon(topUnknown, now) ? Interval : LongInterval));
        if (result.Rate >= 0.7 * result.Asked && result.Rate < 0.95 * ceiling && _count == 0) Add(double.Min(2 * result.Rate, ceiling));
        return double.Min(result.Rate, ceiling);
    }

    /// <summary>Plans what has become due.</summary>
    internal void Update(double target, double aim, double ceiling, bool mayProbe, bool topUnknown, long now)
    {
        if (target >= Back * _fellFrom) _fellFrom = 0;
        if (!mayProbe)
        {
            _count = 0;
            _dueAt = long.Max(_dueAt, now + AfterTrouble);
            return;
        }
        if (now < _dueAt || target >= 0.95 * ceiling) return;
        var rate = double.Max(2 * target, aim);
        if (_fellFrom > 0 && !_triedBack) (rate, _triedBack) = (double.Max(rate, Back * _fellFrom), true);
        Add(double.Min(rate, ceiling));
        // The first ones, or what was said of them, may have been lost.
        _dueAt = now + (!_heard ? Again : Soon(topUnknown, now) ? Interval : LongInterval);
    }

    /// <summary>Takes the next cluster to send, over a path that is so restless (µs) and known to carry so much (bit/s).</summary>
    internal bool TryTake(long unrest, double known, out ProbeCluster cluster)
    {
        cluster = default;
        if (_count == 0) return false;
        // Longer where jitter would hide it, but no more than the path can swallow.
        var longest = long.Min(ProbeCluster.Longest, (long)(MostSwallowed * known / _waiting[0]));
        var lasts = long.Max(ProbeCluster.Shortest, long.Min(3 * unrest, longest));
        if (++_id == 0) _id = 1;
        cluster = new ProbeCluster(_id, (long)_waiting[0], lasts);
        _waiting.AsSpan(1).CopyTo(_waiting);
        _count--;
        return true;
    }

    bool Soon(bool topUnknown, long now) => topUnknown || (_fellFrom > 0 && now - _fellAt < FallIsRecent);

    void Add(double rate)
    {
        if (_count < MostWaiting) _waiting[_count++] = rate;
    }
}

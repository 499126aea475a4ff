namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// No word from the receiver while we send: after three round trips nothing grows any more, after twice that the rate backs off, a quarter at a time. What
/// goes into a hole helps nobody, and what comes out of it should not find a full pipe.
/// </summary>
internal sealed class FeedbackSilence
{
    const long Shortest = 500_000, Longest = 2_000_000, Slack = 200_000;
    const double Step = 0.75;

    long _since = -1; // the first packet sent after the last report
    long _backOffAt = long.MaxValue;
    long _patience = Shortest;

    /// <summary>Nothing may grow.</summary>
    internal bool Holds { get; private set; }

    /// <summary>The rate it allows (bit/s), infinite while there is word.</summary>
    internal double Bound { get; private set; } = double.PositiveInfinity;

    /// <summary>When it wants to be asked (µs).</summary>
    internal long NextAt => _since < 0 ? long.MaxValue : Holds ? _backOffAt : _since + _patience;

    /// <summary>A packet leaves.</summary>
    internal void OnSent(long roundTrip, long now)
    {
        if (_since >= 0) return;
        _since = now;
        _patience = long.Clamp(3 * roundTrip + Slack, Shortest, Longest);
        _backOffAt = now + 2 * _patience;
    }

    /// <summary>A report came. True when the rate had been backed off.</summary>
    internal bool OnReport()
    {
        var backedOff = double.IsFinite(Bound);
        (_since, Holds, Bound) = (-1, false, double.PositiveInfinity);
        return backedOff;
    }

    /// <summary>Time passes, at this rate (bit/s).</summary>
    internal void Update(double target, double floor, long now)
    {
        if (_since < 0) return;
        Holds = now - _since >= _patience;
        if (now < _backOffAt) return;
        Bound = double.Max(floor, double.Min(Bound, target) * Step);
        _backOffAt = now + _patience / 2;
    }
}

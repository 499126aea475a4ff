namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// Empties a queue that stands: for as long as it does, less is sent than the path carries, the less the longer the wait. When the wait does not yield,
/// it is not ours: the path has become longer, or another fills it; then it is taken for the path.
/// </summary>
internal sealed class QueueDrain
{
    const long Stands = 120_000, Gone = 40_000;
    const long Whole = 700_000; // a wait this long stops almost everything
    const double LeastShare = 0.3, MostShare = 0.9;
    const long Grace = 1_000_000;

    long _since = -1, _wait, _patience;
    double _carries;
    int _reports;

    /// <summary>A queue is being emptied.</summary>
    internal bool IsOn => _since >= 0;

    /// <summary>The rate that empties it (bit/s), infinite when there is none.</summary>
    internal double Bound { get; private set; } = double.PositiveInfinity;

    /// <summary>What the path carried while the queue stood (bit/s).</summary>
    internal double Carries => _carries;

    /// <summary>Takes what a report says. True when a queue began to be emptied.</summary>
    internal bool Update(StandingQueue queue, double acknowledged, long roundTrip, long now)
    {
        var wait = queue.Wait;
        _reports = wait > Stands ? _reports + 1 : 0;
        var begins = false;
        if (!IsOn)
        {
            if (_reports < 2 || acknowledged <= 0) return false;
            begins = true;
            Watch(wait, roundTrip, now);
        }
        else if (wait < Gone)
        {
            Clear();
            return false;
        }
        else if (now - _since > _patience)
        {
            if (wait > 0.6 * _wait)
            {
                queue.Rebase();
                Clear();
                return false;
            }
            Watch(wait, roundTrip, now);
        }
        // While a queue stands, what arrives is what the path carries.
        if (wait > Stands && acknowledged > 0) _carries = acknowledged;
        Bound = _carries * (1 - Share(wait));
        return begins;
    }

    /// <summary>The path is another.</summary>
    internal void Clear() => (_since, _reports, Bound) = (-1, 0, double.PositiveInfinity);

    void Watch(long wait, long roundTrip, long now)
    {
        (_since, _wait) = (now, wait);
        _patience = (long)(2 * wait / Share(wait)) + 2 * roundTrip + Grace;
    }

    static double Share(long wait) => double.Clamp((double)wait / Whole, LeastShare, MostShare);
}

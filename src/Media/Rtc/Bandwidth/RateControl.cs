namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// The rate that delay allows (draft-ietf-rmcat-gcc-02 §5.5): up by 8 % a second while the path's capacity is unknown, up by a packet per response time
/// near where it was full before, down to 85 % of what arrives when a queue grows.
/// </summary>
internal sealed class RateControl(double start)
{
    const double Beta = 0.85;
    const double GrowthPerSecond = 1.08;
    const double LeastStep = 4_000; // bit/s per second
    const double PacketBits = 1000 * 8; // the same for thin and fat flows: so they draw level

    LinkCapacity _capacity;
    bool _holds;
    long _changedAt = -1, _decreasedAt = long.MinValue / 2;

    /// <summary>The rate (bit/s).</summary>
    internal double Target { get; private set; } = start;

    /// <summary>It is not known how much the path carries: it was never full.</summary>
    internal bool TopIsUnknown { get; private set; } = true;

    /// <summary>Takes what the reports say. True when the rate was cut.</summary>
    internal bool Update(PathUse use, AcknowledgedRate acknowledged, bool mayGrow, long roundTrip, long now)
    {
        var passed = _changedAt < 0 ? 0 : long.Min(now - _changedAt, 1_000_000);
        _changedAt = now;
        switch (use)
        {
            case PathUse.Over:
                _holds = true;
                return MayCut(acknowledged.Recent, roundTrip, now) && Cut(acknowledged, now);
            case PathUse.Under:
                // A queue empties: let it.
                _holds = true;
                return false;
            default:
                // One report of grace after a cut, then up again.
                if (_holds) _holds = false;
                else if (mayGrow) Grow(acknowledged.Rate, passed / 1e6, roundTrip);
                return false;
        }
    }

    /// <summary>A probe arrived at this rate. True when it is more than was thought.</summary>
    internal bool Raise(double bitsPerSecond)
    {
        if (bitsPerSecond <= Target) return false;
        Target = bitsPerSecond;
        if (bitsPerSecond > _capacity.Upper) _capacity.Clear();
        return true;
    }

    /// <summary>Loss shows that the path was full at this rate.</summary>
    internal void CutTo(double bitsPerSecond)
    {
        Full(bitsPerSecond);
        Target = double.Min(Target, bitsPerSecond);
        _holds = true;
    }

    /// <summary>Keeps within bounds that others set.</summary>
    internal void Bound(double floor, double ceiling) => Target = double.Clamp(Target, floor, ceiling);

    /// <summary>Cuts to a rate that something else found.</summary>
    internal void Lower(double bitsPerSecond) => Target = double.Min(Target, bitsPerSecond);

    /// <summary>The path is another.</summary>
    internal void Forget()
    {
        _capacity.Clear();
        TopIsUnknown = true;
    }

    bool MayCut(double acknowledged, long roundTrip, long now) =>
        now - _decreasedAt >= long.Clamp(roundTrip, 10_000, 200_000) || (acknowledged > 0 && acknowledged < Target / 2);

    bool Cut(AcknowledgedRate acknowledged, long now)
    {
        var arrives = acknowledged.Recent > 0 ? acknowledged.Recent : Target;
        Full(arrives);
        Target = double.Min(Target, Beta * arrives);
        _decreasedAt = now;
        return true;
    }

    void Full(double rate)
    {
        if (rate < _capacity.Lower || rate > _capacity.Upper) _capacity.Clear();
        _capacity.Note(rate);
        TopIsUnknown = false;
    }

    void Grow(double acknowledged, double seconds, long roundTrip)
    {
        if (acknowledged > _capacity.Upper) _capacity.Clear();
        var next = _capacity.IsKnown
            ? Target + double.Max(LeastStep, PacketBits / (roundTrip / 1e6 + 0.1)) * seconds
            : double.Max(Target * double.Pow(GrowthPerSecond, seconds), Target + 1_000 * seconds);
        // What does not arrive proves nothing: not far above it.
        if (acknowledged > 0) next = double.Min(next, double.Max(Target, 1.5 * acknowledged + 10_000));
        Target = next;
    }
}

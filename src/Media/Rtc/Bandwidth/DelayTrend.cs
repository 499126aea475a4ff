namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>How a path takes what is sent.</summary>
internal enum PathUse
{
    /// <summary>Delay neither grows nor falls.</summary>
    Normal,
    /// <summary>A queue grows.</summary>
    Over,
    /// <summary>A queue empties.</summary>
    Under,
}

/// <summary>
/// Whether delay grows: the slope of a line through the smoothed, summed-up delay differences of the last groups, held against a threshold that follows
/// the path's own unrest (draft-ietf-rmcat-gcc-02 §5.3–5.4, with the line in place of the Kalman filter as libWebRTC has had it since 2016).
/// </summary>
internal sealed class DelayTrend
{
    const int Window = 20;
    const double Smoothing = 0.9;
    const double Gain = 4;
    const int MostWeight = 60;
    const double FirstThreshold = 12.5, LeastThreshold = 6, MostThreshold = 600; // ms
    const double Rise = 0.0087, Fall = 0.039; // per ms: quickly up to what a path's jitter is, slowly down
    const double TooFar = 15; // ms: an outlier does not move the threshold
    const double OverTime = 10; // ms of growing delay before it counts

    readonly double[] _at = new double[Window], _delay = new double[Window];
    int _count, _groups;
    long _firstArrival;
    double _summed, _smoothed;
    double _threshold = FirstThreshold, _over = -1, _slopeBefore;
    int _overGroups;
    long _adaptedAt = -1;

    /// <summary>As the last group left it.</summary>
    internal PathUse Use { get; private set; }

    /// <summary>How far the time between two groups changes on the way, on average (µs).</summary>
    internal long Unrest { get; private set; }

    /// <summary>Takes what a group says, which arrived at this time (µs).</summary>
    internal void Add(in GroupDelta delta, long arrivedAt)
    {
        if (_groups++ == 0) _firstArrival = arrivedAt;
        Unrest += (long.Abs(delta.Arrived - delta.Sent) - Unrest) / 16;
        _summed += (delta.Arrived - delta.Sent) / 1000.0;
        _smoothed = Smoothing * _smoothed + (1 - Smoothing) * _summed;
        var place = _count++ % Window;
        (_at[place], _delay[place]) = ((arrivedAt - _firstArrival) / 1000.0, _smoothed);
        var slope = _count < Window ? _slopeBefore : Slope();
        Judge(slope, delta.Sent / 1000.0, arrivedAt);
        _slopeBefore = slope;
    }

    /// <summary>Forgets the path, but not how restless paths are here.</summary>
    internal void Clear()
    {
        (_count, _groups, _overGroups) = (0, 0, 0);
        (_summed, _smoothed, _slopeBefore, _over) = (0, 0, 0, -1);
        (_adaptedAt, Use) = (-1, PathUse.Normal);
    }

    double Slope()
    {
        double meanAt = 0, meanDelay = 0;
        for (var i = 0; i < Window; i++) (meanAt, meanDelay) = (meanAt + _at[i] / Window, meanDelay + _delay[i] / Window);
        double both = 0, square = 0;
        for (var i = 0; i < Window; i++)
        {
            both += (_at[i] - meanAt) * (_delay[i] - meanDelay);
            square += (_at[i] - meanAt) * (_at[i] - meanAt);
        }
        return square > 0 ? both / square : _slopeBefore;
    }

    void Judge(double slope, double sent, long now)
    {
        var weighted = int.Min(_groups, MostWeight) * slope * Gain;
        if (weighted > _threshold)
        {
            // Half of the first step: nobody knows where inside it the delay began to grow.
            _over = _over < 0 ? sent / 2 : _over + sent;
            if (_over > OverTime && ++_overGroups > 1 && slope >= _slopeBefore) (_over, _overGroups, Use) = (0, 0, PathUse.Over);
        }
        else (_over, _overGroups, Use) = (-1, 0, weighted < -_threshold ? PathUse.Under : PathUse.Normal);
        Adapt(double.Abs(weighted), now);
    }

    void Adapt(double weighted, long now)
    {
        var passed = _adaptedAt < 0 ? 0 : double.Clamp((now - _adaptedAt) / 1000.0, 0, 100);
        _adaptedAt = now;
        if (weighted > _threshold + TooFar) return;
        _threshold += (weighted < _threshold ? Fall : Rise) * (weighted - _threshold) * passed;
        _threshold = double.Clamp(_threshold, LeastThreshold, MostThreshold);
    }
}

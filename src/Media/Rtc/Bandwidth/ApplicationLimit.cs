namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>Whether less is sent than may be: then what arrives proves nothing about what could, and only probes do.</summary>
internal struct ApplicationLimit
{
    const long Window = 250_000;
    const double Little = 0.65, Enough = 0.8;

    long _from, _bytes;
    int _thin;
    bool _started;

    /// <summary>Less is sent than may be.</summary>
    internal bool Holds { get; private set; }

    /// <summary>Counts what leaves, against the target in bit/s.</summary>
    internal void Add(int bytes, double target, long now)
    {
        if (!_started) (_started, _from) = (true, now);
        var passed = now - _from;
        if (passed >= Window)
        {
            var rate = _bytes * 8e6 / passed;
            _thin = rate < Little * target ? _thin + 1 : 0;
            if (_thin >= 2) Holds = true;
            else if (rate > Enough * target) Holds = false;
            (_from, _bytes) = (now, 0);
        }
        _bytes += bytes;
    }
}

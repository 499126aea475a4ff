namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// Whether loss asks for less. Loss alone says nothing: a radio loses a tenth at any rate, a full buffer what is too much. So the last five seconds are held
/// against both explanations, and only when "the path carries B and drops the rest" fits clearly better than "the path drops a share p of everything" is
/// the rate brought down to B. Loss so heavy that nothing is heard any more brings it down in any case.
/// </summary>
internal sealed class LossJudge
{
    const long Span = 250_000;
    const int LeastPackets = 12;
    const int Observations = 20, Recent = 4, Long = 8;
    const double Fading = 0.92;
    const double Harmless = 0.02;  // the classic rule's bound: below it loss is no matter
    const double Unbearable = 0.3;
    const int LeastLossy = 4;      // moments: a burst or two fit anything
    const double Evidence = 5;     // nats by which the full buffer must fit better
    const double Below = 0.95;     // of B: what stands in the buffer must leave it too

    struct Observation
    {
        public int Packets;
        public double Lost; // of them, by bytes: a full buffer has room for small ones still
        public double Rate;
    }

    readonly Observation[] _seen = new Observation[Observations];
    int _count;
    int _packets;
    long _bytes, _lostBytes, _from = -1;
    int _untilNextCut;
    double _cut;

    /// <summary>The share lost in the last second.</summary>
    internal double Ratio { get; private set; }

    /// <summary>Takes a packet's fate, in the order of sending, while this is the target (bit/s).</summary>
    internal void Add(in PacketResult packet, double target)
    {
        if (packet.WasLost)
        {
            _lostBytes = long.Max(0, _lostBytes - packet.Bytes);
            return;
        }
        if (_from < 0 || packet.SentAt < _from - Span || packet.SentAt - _from > 8 * Span) Begin(packet.SentAt);
        else if (packet.SentAt - _from >= Span && _packets >= LeastPackets)
        {
            Close(packet.SentAt, target);
            Begin(packet.SentAt);
        }
        _packets++;
        _bytes += packet.Bytes;
        if (!packet.Arrived) _lostBytes += packet.Bytes;
    }

    /// <summary>The rate to cut to (bit/s), told once; false when there is no reason to.</summary>
    internal bool TryTakeCut(out double bitsPerSecond)
    {
        (bitsPerSecond, _cut) = (_cut, 0);
        return bitsPerSecond > 0;
    }

    /// <summary>The path is another.</summary>
    internal void Clear() => (_count, _from, Ratio, _cut, _untilNextCut) = (0, -1, 0, 0, 0);

    void Begin(long at) => (_from, _packets, _lostBytes, _bytes) = (at, 0, 0, 0);

    void Close(long at, double target)
    {
        _seen[_count++ % Observations] = new Observation { Packets = _packets, Lost = _packets * (double)_lostBytes / long.Max(_bytes, 1), Rate = _bytes * 8e6 / (at - _from) };
        Ratio = Share(Recent, 1);
        _untilNextCut--;
        if (Ratio >= Harmless && _untilNextCut <= 0)
        {
            if (Known >= Recent && Share(Long, 1) is > Unbearable and var heavy) Cut(target * (1 - heavy));
            else if (FullAt() is > 0 and var rate && Below * rate < target) Cut(Below * rate);
        }
    }

    void Cut(double rate)
    {
        _cut = rate;
        _untilNextCut = 2;
    }

    ref readonly Observation Back(int age) => ref _seen[(_count - 1 - age) % Observations];

    int Lossy
    {
        get
        {
            var lossy = 0;
            for (var age = 0; age < Known; age++)
                if (Back(age).Lost > Harmless * Back(age).Packets)
                    lossy++;
            return lossy;
        }
    }

    int Known => int.Min(_count, Observations);

    double Share(int most, double fading)
    {
        double packets = 0, lost = 0, weight = 1;
        for (var age = 0; age < int.Min(Known, most); age++, weight *= fading)
        {
            packets += weight * Back(age).Packets;
            lost += weight * Back(age).Lost;
        }
        return packets > 0 ? lost / packets : 0;
    }

    // The rate at which the path was full, if that explains what was lost; else 0.
    double FullAt()
    {
        var share = Share(Observations, Fading);
        if (share <= 0 || Lossy < LeastLossy) return 0;
        var (best, rate, own) = (double.NegativeInfinity, 0.0, 0.0);
        var carried = Carried();
        for (var step = 0; step < 5; step++)
            for (var third = 0; third < 3; third++)
            {
                var (full, alone) = (carried * (0.7 + 0.1 * step), double.Max(share * third / 3, 0.001));
                if (Fit(alone, full) is var fit && fit > best) (best, rate, own) = (fit, full, alone);
            }
        // Losses that come in bursts scatter more than the model knows: so much less they prove.
        return (best - Fit(share, double.PositiveInfinity)) / Scatter(own, rate) > Evidence ? rate : 0;
    }

    // How far the observations stray from the model, 1 when as far as chance has it (Pearson's statistic by its degrees of freedom).
    double Scatter(double share, double full)
    {
        var sum = 0.0;
        for (var age = 0; age < Known; age++)
        {
            ref readonly var one = ref Back(age);
            var expected = Expected(share, full, one.Rate);
            var error = one.Lost - one.Packets * expected;
            sum += error * error / (one.Packets * expected * (1 - expected));
        }
        return double.Max(1, sum / int.Max(1, Known - 2));
    }

    static double Expected(double share, double full, double rate) => double.Clamp(1 - (1 - share) * double.Min(1, full / double.Max(rate, 1)), 0.001, 0.999);

    // What arrived where more than usual was sent.
    double Carried()
    {
        double mean = 0, carried = 0;
        for (var age = 0; age < Known; age++) mean += Back(age).Rate / Known;
        var count = 0;
        for (var age = 0; age < Known; age++)
        {
            ref readonly var one = ref Back(age);
            if (one.Rate < mean) continue;
            carried += one.Rate * (one.Packets - one.Lost) / one.Packets;
            count++;
        }
        return carried / int.Max(count, 1);
    }

    // The logarithm of how likely all of this is when the path drops a share by itself and what goes beyond a rate.
    double Fit(double share, double full)
    {
        double fit = 0, weight = 1;
        for (var age = 0; age < Known; age++, weight *= Fading)
        {
            ref readonly var one = ref Back(age);
            var lost = Expected(share, full, one.Rate);
            fit += weight * (one.Lost * double.Log(lost) + (one.Packets - one.Lost) * double.Log(1 - lost));
        }
        return fit;
    }
}

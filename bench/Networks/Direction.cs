namespace FirstRing.Bench.Networks;

/// <summary>
/// What came of one direction of a run. Concealment is getStats' concealedSamples of totalSamplesReceived; mouth to ear from the page that makes a beep to the
/// page that hears it begin; a freeze is the longest time between two pictures shown; a gap the longest time in which no packet of sound came. Starved: seconds
/// for which the sender's machine, not the line, kept the picture small. The stretches are before, in and at the end after a thin time.
/// </summary>
internal sealed record Direction(double ConcealedPercent, double P50Ms, double P95Ms, int Beeps, int Missed, double BufferMs, double FreezeS, double FrozenS, double Fps, double VideoKbps, double AudioGapS,
    IReadOnlyList<double> AudioBackS, double? VideoBackS, double StarvedS, IReadOnlyList<Stretch> Stretches)
{
    private const double LongestFlight = 2500;
    private static readonly double[] Pitches = [600, 900, 1300, 1800];

    public static Direction Of(Trial trial, double from, Seen speaker, Seen hearer)
    {
        var to = from + trial.Seconds * 1000;
        var samples = hearer.Samples.Where(one => one.T >= from && one.T <= to).ToList();
        var flights = speaker.Beeps.Where(beep => beep.T >= from && beep.T < to - LongestFlight).Select(beep => Flight(beep, hearer.Onsets)).ToList();
        var arrived = flights.OfType<double>().Order().ToList();
        var frames = hearer.Frames.Where(one => one >= from && one <= to).Prepend(from).Append(to).Order().ToList();
        var seconds = trial.Seconds;
        return new Direction(
            100 * Share(Rise(samples, one => one.ConcealedSamples), Rise(samples, one => one.TotalSamplesReceived)),
            Quantile(arrived, 0.5), Quantile(arrived, 0.95), flights.Count, flights.Count - arrived.Count,
            1000 * Share(Rise(samples, one => one.JitterBufferDelay), Rise(samples, one => one.JitterBufferEmittedCount)),
            frames.Zip(frames.Skip(1), (one, next) => next - one).Max() / 1000, Rise(samples, one => one.Frozen),
            Rise(samples, one => one.Frames) / seconds, Rise(samples, one => one.VideoBytes) * 8 / 1000 / seconds, Gap(samples, from, to),
            [.. trial.AudioFrom.Select(at => SoundBack(samples, from + at * 1000, to))],
            trial.Thin is var (thin, wide) ? PictureBack(samples, from, from + thin * 1000, from + wide * 1000, to) : null,
            Rise([.. speaker.Samples.Where(one => one.T >= from && one.T <= to)], one => one.Starved),
            trial.Thin is var (first, last) ? [Of(samples, from, from + first * 1000), Of(samples, from + first * 1000, from + last * 1000), Of(samples, to - 10_000, to)] : []);
    }

    public static double Quantile(IReadOnlyList<double> sorted, double quantile) => sorted.Count == 0 ? double.NaN : sorted[(int)Math.Min(sorted.Count - 1, Math.Ceiling(quantile * sorted.Count) - 1)];

    private static Stretch Of(IReadOnlyList<Sample> samples, double from, double to)
    {
        var within = samples.Where(one => one.T >= from && one.T < to).ToList();
        return new(Rise(within, one => one.VideoBytes) * 8 / (to - from), Rise(within, one => one.Frames) * 1000 / (to - from), within.Count > 0 ? within[^1].Height : 0);
    }

    private static double? Flight(Beep beep, IReadOnlyList<Beep> onsets) =>
        onsets.Where(onset => onset.T > beep.T - 5 && onset.T < beep.T + LongestFlight && Pitches.MinBy(pitch => Math.Abs(pitch - onset.Hz)) == beep.Hz)
            .Select(onset => (double?)(onset.T - beep.T)).FirstOrDefault();

    // A connection that is replaced takes its counters with it.
    private static double Rise(IReadOnlyList<Sample> samples, Func<Sample, double> counter) =>
        samples.Zip(samples.Skip(1), (one, next) => Math.Max(0, counter(next) - counter(one))).Sum();

    private static double Share(double part, double whole) => whole == 0 ? double.NaN : part / whole;

    private static double Gap(IReadOnlyList<Sample> samples, double from, double to)
    {
        double heard = from, longest = 0;
        for (var i = 1; i < samples.Count; i++)
        {
            if (samples[i].AudioPackets <= samples[i - 1].AudioPackets) continue;
            longest = Math.Max(longest, samples[i - 1].T - heard);
            heard = samples[i].T;
        }
        return Math.Max(longest, to - heard - 1000) / 1000;
    }

    // Until sound flows again and goes on: two looks in a row, each with four packets or more.
    private static double SoundBack(IReadOnlyList<Sample> samples, double at, double to)
    {
        for (var i = 1; i + 1 < samples.Count; i++)
            if (samples[i].T > at && Flows(i) && Flows(i + 1)) return (samples[i].T - at) / 1000;
        return (to - at) / 1000;

        bool Flows(int i) => samples[i].AudioPackets - samples[i - 1].AudioPackets >= 4;
    }

    // Until a second has four fifths of the pictures from before, each as large as then.
    private static double PictureBack(IReadOnlyList<Sample> samples, double from, double thin, double wide, double to)
    {
        var before = samples.Where(one => one.T >= from && one.T < thin).ToList();
        var rate = Rise(before, one => one.Frames) / (before[^1].T - before[0].T);
        foreach (var begin in samples.Where(one => one.T >= wide && one.T <= to - 1000))
        {
            var second = samples.Where(one => one.T >= begin.T && one.T <= begin.T + 1200).ToList();
            if (second.All(one => one.Height >= before[^1].Height) && Rise(second, one => one.Frames) / (second[^1].T - second[0].T) >= 0.8 * rate) return (begin.T - wide) / 1000;
        }
        return (to - wide) / 1000;
    }
}

/// <summary>The picture over a while, and its rows at the end of it.</summary>
internal sealed record Stretch(double Kbps, double Fps, double Rows);

using System.Globalization;

namespace FirstRing.Tests.Rtc.Bandwidth.Simulated;

/// <summary>What a course's samples say.</summary>
internal static class Figures
{
    /// <summary>Mean bit/s that arrived between two times (µs).</summary>
    internal static double Delivered(this Course.Flow flow, long from, long until) => flow.Between(from, until).Average(sample => (double)sample.Delivered);

    /// <summary>Seconds from <paramref name="from"/> until a second passes in which at least this much arrived (bit/s); to the end of that second.</summary>
    internal static double TimeTo(this Course.Flow flow, double rate, long from)
    {
        var samples = flow.Samples.Where(sample => sample.At > from).ToList();
        for (var i = 10; i <= samples.Count; i++)
            if (samples.Skip(i - 10).Take(10).Average(sample => (double)sample.Delivered) >= rate)
                return i / 10.0;
        return double.PositiveInfinity;
    }

    /// <summary>The longest time (s) for which every sample waited longer than this (µs) before the bottleneck.</summary>
    internal static double LongestWaitOver(this Course.Flow flow, long wait, long from = 0)
    {
        var (longest, current) = (0, 0);
        foreach (var sample in flow.Samples.Where(sample => sample.At > from))
        {
            current = sample.Wait > wait ? current + 1 : 0;
            longest = int.Max(longest, current);
        }
        return longest / 10.0;
    }

    /// <summary>A quantile of the wait before the bottleneck (ms).</summary>
    internal static double Wait(this Course.Flow flow, double quantile, long from = 0)
    {
        var waits = flow.Samples.Where(sample => sample.At > from).Select(sample => sample.Wait).Order().ToList();
        return waits[(int)(quantile * (waits.Count - 1))] / 1000.0;
    }

    internal static IEnumerable<Sample> Between(this Course.Flow flow, long from, long until) => flow.Samples.Where(sample => sample.At > from && sample.At <= until);

    internal static void Say(string text) => Console.Write($"\nfigure: bandwidth, {text}\n");

    internal static string Kbit(double bitsPerSecond) => string.Create(CultureInfo.InvariantCulture, $"{bitsPerSecond / 1000:F0} kbit/s");
}

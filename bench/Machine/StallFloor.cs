using System.Diagnostics;

namespace FirstRing.Bench.Machine;

/// <summary>
/// What the machine itself does to a packet: a thread that only reads the clock, and the time it was kept from running. A packet that arrives at a random
/// moment waits for the rest of the stall it falls into; these are the quantiles of that wait.
/// </summary>
internal static class StallFloor
{
    public static double[] Milliseconds(TimeSpan length, params double[] quantiles)
    {
        var gaps = new List<double>(4096);
        var begin = Stopwatch.GetTimestamp();
        var last = begin;
        while (last - begin < length.Ticks * (Stopwatch.Frequency / TimeSpan.TicksPerSecond))
        {
            var now = Stopwatch.GetTimestamp();
            var gap = (now - last) * 1000.0 / Stopwatch.Frequency;
            if (gap > 0.01)
            {
                gaps.Add(gap);
            }
            last = now;
        }
        var total = (last - begin) * 1000.0 / Stopwatch.Frequency;
        return [.. quantiles.Select(q => Quantile(gaps, total, q))];
    }

    // P(wait > d) is the share of time in which a stall still has more than d to go.
    private static double Quantile(List<double> gaps, double total, double quantile)
    {
        double low = 0, high = gaps.Count == 0 ? 0 : gaps.Max();
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            if (gaps.Sum(gap => Math.Max(0, gap - middle)) / total > 1 - quantile)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
        return high;
    }
}

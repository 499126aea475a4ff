using System.Globalization;

namespace FirstRing.Bench.Machine;

/// <summary>A figure counts only if both cores were at least 92 % idle just before; otherwise the run says <c>void</c>.</summary>
internal static class QuietMachine
{
    public const double EnoughIdle = 0.92;

    /// <summary>Looks for a quiet stretch until the patience is over; true when there was one.</summary>
    public static async Task<bool> Wait(TimeSpan stretch, TimeSpan patience, TimeProvider clock)
    {
        var begin = clock.GetTimestamp();
        do
        {
            var before = Cores();
            await Task.Delay(stretch);
            var after = Cores();
            if (before.Zip(after).All(pair => Idle(pair.First, pair.Second) >= EnoughIdle))
            {
                return true;
            }
        }
        while (clock.GetElapsedTime(begin) < patience);
        return false;
    }

    public static double Load1() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    private static double Idle((long Idle, long Total) before, (long Idle, long Total) after) =>
        (after.Idle - before.Idle) / Math.Max(1.0, after.Total - before.Total);

    private static List<(long Idle, long Total)> Cores() =>
    [
        .. File.ReadLines("/proc/stat").Where(line => line.StartsWith("cpu", StringComparison.Ordinal) && char.IsDigit(line[3])).Select(line =>
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(long.Parse).ToArray();
            return (columns[3] + columns[4], columns[..8].Sum());
        }),
    ];
}

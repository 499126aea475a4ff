using System.Globalization;

namespace FirstRing.Bench.Machine;

/// <summary>What a whole process has used, as the kernel counts it: the same for any server.</summary>
internal readonly record struct ProcessUse(double CpuSeconds, long ResidentBytes)
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Reads /proc/PID/stat (user and system time, proc_pid_stat(5) fields 14 and 15) and VmRSS.</summary>
    public static ProcessUse Of(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The name, in parentheses, may hold anything; what follows is numbers, from field 3 on.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var resident = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new ProcessUse(ticks / TicksPerSecond, long.Parse(resident.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);
    }
}

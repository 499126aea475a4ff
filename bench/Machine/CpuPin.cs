using FirstRing.Media.Router.Transport;

namespace FirstRing.Bench.Machine;

/// <summary>Keeps a whole process on one core; threads started later inherit it.</summary>
internal static unsafe class CpuPin
{
    public static void To(int core)
    {
        var mask = 1ul << core;
        foreach (var task in Directory.GetDirectories("/proc/self/task"))
        {
            _ = Libc.SetAffinity(int.Parse(Path.GetFileName(task)), sizeof(ulong), &mask);
        }
    }
}

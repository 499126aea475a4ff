namespace FirstRing.Tests.Rtc;

// Bytes the current thread allocates in so many runs, after as many to warm up. Exact, so it may gate.
static class Allocations
{
    internal static long Of(Action action, int runs = 500)
    {
        for (var i = 0; i < runs; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

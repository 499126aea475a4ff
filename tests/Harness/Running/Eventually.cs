using System.Diagnostics;

namespace FirstRing.Tests.Harness.Running;

/// <summary>Waiting for what must come, without asserting how fast: the limit only ends a wait that would never end.</summary>
public static class Eventually
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60), Step = TimeSpan.FromMilliseconds(100);

    public static async Task<T> Find<T>(string what, Func<Task<T?>> look, Func<Task<string>>? otherwise = null, TimeSpan? limit = null) where T : struct
    {
        var from = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await look() is { } found) return found;
            if (Stopwatch.GetElapsedTime(from) > (limit ?? Limit)) throw new TimeoutException($"Never came: {what}. {(otherwise is null ? "" : await otherwise())}");
            await Task.Delay(Step);
        }
    }

    public static Task True(string what, Func<Task<bool>> look, Func<Task<string>>? otherwise = null, TimeSpan? limit = null) =>
        Find(what, async () => await look() ? true : (bool?)null, otherwise, limit);
}

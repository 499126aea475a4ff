using System.Collections.Concurrent;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

/// <summary>Ten thousand calls that nobody thought of, each from a seed, in virtual time, and what must hold on all of them. A seed that once failed has a test of its own.</summary>
public sealed class RandomCalls
{
    [Fact]
    public void What_must_hold_holds_in_ten_thousand_calls()
    {
        var faults = new ConcurrentBag<string>();
        Parallel.For(0, Slow.All ? 100_000 : 10_000, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            foreach (var fault in Faults(seed, twice: seed % 50 == 0)) faults.Add(fault);
        });
        Assert.True(faults.IsEmpty, string.Join("\n", faults.Order().Take(20)));
    }

    static List<string> Faults(int seed, bool twice)
    {
        var call = new RandomCall(seed);
        try
        {
            var trace = call.Run().Trace;
            var faults = call.Faults().Take(3).ToList();
            if (twice && new RandomCall(seed).Run().Trace != trace) faults.Add("another course the second time");
            return [.. faults.Select(fault => $"seed {seed} ({call.Story}): {fault}")];
        }
        catch (Exception failure)
        {
            return [$"seed {seed} ({call.Story}): {failure}"];
        }
    }
}

using System.Globalization;
using System.Text.Json;
using FirstRing.Bench.Machine;
using FirstRing.Bench.Sfu;
using FirstRing.Simulate.Relay;

namespace FirstRing.Bench.Networks;

/// <summary>
/// Visits over bad lines: the real platform, the shipped pages in real Chromium, the patient's media through <see cref="UdpRelay"/>. Only media take the line;
/// the pages and signaling have loopback. What misses the bar of issue 4 is printed as missing it.
/// </summary>
internal static class NetworksBench
{
    private const int Settling = 5;

    public static async Task<int> Run(string? only, int runs, TimeProvider clock, CancellationToken stop)
    {
        var trials = Trial.All.Where(trial => only is null || trial.Name == only).ToList();
        if (trials.Count == 0) return Unknown(only);
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30), clock);
        Console.WriteLine($"{(quiet ? "a quiet machine" : "the machine has other work: latencies are upper bounds")}, load {QuietMachine.Load1()}, {runs} runs of each");
        var load = QuietMachine.Load1();
        var data = Directory.CreateTempSubdirectory("firstring-networks-").FullName;
        try
        {
            using var platform = await StartedPlatform.Start(Path.Combine(data, "data"), stop);
            await using var browsers = await TwoBrowsers.Start("ear.js");
            var made = trials.ToDictionary(trial => trial, _ => new List<Outcome>());
            for (var run = 0; run < runs; run++)
                foreach (var trial in trials)
                {
                    var outcome = await Measure(trial, (ulong)(1 + run), platform, browsers, clock, stop);
                    made[trial].Add(outcome);
                    Console.WriteLine(outcome.Text(trial, run));
                }
            var lines = trials.Select(trial => TrialLine.Of(trial, made[trial])).ToList();
            foreach (var line in lines) Console.WriteLine($"{line.Name}: {(line.Missing.Count == 0 ? "holds" : "MISSES " + string.Join(", ", line.Missing))}");
            Console.WriteLine(JsonSerializer.Serialize(new NetworksLine("networks", runs, lines, load, SfuBench.Commit(), !quiet), NetworksOut.Default.NetworksLine));
            return 0;
        }
        finally { Directory.Delete(data, recursive: true); }
    }

    private static int Unknown(string? name)
    {
        Console.Error.WriteLine($"'{name}' is none of {string.Join(", ", Trial.All.Select(trial => trial.Name))}");
        return 2;
    }

    private static async Task<Outcome> Measure(Trial trial, ulong seed, StartedPlatform platform, TwoBrowsers browsers, TimeProvider clock, CancellationToken stop)
    {
        using var line = new UdpRelay(trial.Path, seed, clock);
        var links = await platform.Visit(stop);
        await using var visit = await VisitOverLine.Open(browsers, links, line);
        var admitted = clock.GetTimestamp();
        await visit.InCall();
        var joined = clock.GetElapsedTime(admitted).TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(Settling), clock, stop);

        var from = clock.GetUtcNow();
        foreach (var turn in trial.Course.Append(new Turn(trial.Seconds)))
        {
            if (from.AddSeconds(turn.At) - clock.GetUtcNow() is var left && left > TimeSpan.Zero) await Task.Delay(left, clock, stop);
            turn.Do(line);
        }
        Seen patient = await visit.Patient(), clinician = await visit.Clinician();
        var begin = (from - DateTimeOffset.UnixEpoch).TotalMilliseconds;
        return new Outcome(joined, Direction.Of(trial, begin, patient, clinician), Direction.Of(trial, begin, clinician, patient),
            Lasting.Of(begin, patient, clinician), line.Counts);
    }
}

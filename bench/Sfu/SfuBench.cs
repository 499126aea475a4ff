using System.Diagnostics;
using System.Text.Json;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>
/// Rooms of four on our SFU, and on a rival beside it if asked for: how many packets a second one core forwards, what that adds to a packet's way, what it
/// allocates and what a participant costs. Single runs differ by 10 to 20 %, so with a rival both are run in turn, three times each, and medians are told.
/// </summary>
internal sealed class SfuBench(bool quick, TimeProvider clock)
{
    private const int Pairs = 3;

    private bool isVoid;

    public async Task<int> Run(bool withRival, int? pairs, bool roomsTable, CancellationToken stop)
    {
        var load1 = QuietMachine.Load1();
        if (roomsTable)
        {
            await Quiet();
            await RoomsTable.Print(quick, clock, stop);
            return 0;
        }
        var (ours, rival) = (new List<SfuFigures>(), new List<SfuFigures>());
        for (var pair = 0; pair < (pairs ?? (withRival && !quick ? Pairs : 1)); pair++)
        {
            ours.Add(await Measure("ours", () => Task.FromResult<ISfu>(new OurSfu()), stop));
            if (withRival)
            {
                rival.Add(await Measure("Janus", async () => await JanusSfu.Start(clock, stop), stop));
                Console.WriteLine($"pair {pair + 1}: {ours[^1].PpsPerCore / rival[^1].PpsPerCore:0.0} times as many packets a core, {ours[^1].KbPerParticipant / rival[^1].KbPerParticipant:0.00} of the memory, "
                    + $"p50 at 70 % {ours[^1].P50 / rival[^1].P50:0.00}; p99 over the floor {ours[^1].P99 - ours[^1].FloorP99:0.000} ms against {rival[^1].P99 - rival[^1].FloorP99:0.000} ms");
            }
        }
        var line = new BenchLine("sfu", SfuFigures.Median(ours), withRival ? SfuFigures.Median(rival) : null, load1, Commit(), isVoid);
        Console.WriteLine(JsonSerializer.Serialize(line, BenchJson.Default.BenchLine));
        return 0;
    }

    // A server and a client of its own each time: nothing of the run before is left.
    private async Task<SfuFigures> Measure(string name, Func<Task<ISfu>> start, CancellationToken stop)
    {
        await Quiet();
        Console.WriteLine($"== {name}");
        var floors = await Floors(stop);
        Console.WriteLine($"stall floor: core 0 p99 {floors[0].P99:0.000} ms, p99.9 {floors[0].P999:0.000} ms; core 1 p99 {floors[1].P99:0.000} ms, p99.9 {floors[1].P999:0.000} ms");
        await using var server = await start();
        using var run = new SfuRun(server, quick, clock);
        var figures = await run.Measure(Math.Max(floors[0].P99, floors[1].P99), stop);
        isVoid |= run.IsVoid;
        return figures;
    }

    private async Task Quiet()
    {
        if (!await QuietMachine.Wait(TimeSpan.FromSeconds(quick ? 2 : 5), TimeSpan.FromSeconds(quick ? 1 : 30), clock))
        {
            Console.WriteLine($"void: the machine is not quiet (load {QuietMachine.Load1()}); the figures below do not count");
            isVoid = true;
        }
    }

    private static async Task<FloorLine[]> Floors(CancellationToken stop)
    {
        using Child first = new("sfu-floor", "0"), second = new("sfu-floor", "1");
        return await Task.WhenAll(first.Ask(new Ask("floor"), BenchJson.Default.FloorLine, stop), second.Ask(new Ask("floor"), BenchJson.Default.FloorLine, stop));
    }

    internal static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD") { RedirectStandardOutput = true, RedirectStandardError = true });
        return git?.StandardOutput.ReadToEnd().Trim() ?? "";
    }
}

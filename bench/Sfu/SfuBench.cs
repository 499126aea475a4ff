using System.Diagnostics;
using System.Text.Json;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>
/// Rooms of four on our SFU: how many packets a second one core forwards, what that adds to a packet's way, what it allocates and what a participant costs.
/// The server is a process on core 0, the load client one on core 1; this process only asks.
/// </summary>
internal sealed class SfuBench(bool quick, TimeProvider clock) : IDisposable
{
    private const int Seats = 4;
    private const double TolerableLoss = 0.001;

    private readonly Child server = new("sfu-server");
    private readonly Child client = new("sfu-client");
    private int rooms;
    private bool isVoid;

    public static async Task<int> Run(bool quick, TimeProvider clock, CancellationToken stop)
    {
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(quick ? 2 : 5), TimeSpan.FromSeconds(quick ? 1 : 20), clock);
        var load1 = QuietMachine.Load1();
        if (!quiet)
        {
            Console.WriteLine($"void: the machine is not quiet (load {load1}); the figures below do not count");
        }
        using var bench = new SfuBench(quick, clock);
        var figures = await bench.Measure(stop);
        Console.WriteLine(JsonSerializer.Serialize(new BenchLine("sfu", figures, null, load1, Commit(), !quiet || bench.isVoid), BenchJson.Default.BenchLine));
        return 0;
    }

    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
    }

    private async Task<SfuFigures> Measure(CancellationToken stop)
    {
        var floors = await Task.WhenAll(client.Ask(new Ask("floor"), BenchJson.Default.FloorLine, stop), server.Ask(new Ask("floor"), BenchJson.Default.FloorLine, stop));
        Console.WriteLine($"stall floor: client p99 {floors[0].P99:0.000} ms, p99.9 {floors[0].P999:0.000} ms; server p99 {floors[1].P99:0.000} ms, p99.9 {floors[1].P999:0.000} ms");
        var perParticipant = await MemorySlope(stop);
        var plateau = await FindPlateau(stop);
        var latency = await Stretch(Math.Max(1, (int)(plateau.Rooms * 0.7)), TimeSpan.FromSeconds(quick ? 4 : 15), stop);
        Print("70 %", latency);
        return new SfuFigures(
            Math.Round(plateau.Forwarded / plateau.ServerCpu), Math.Round(plateau.Forwarded / plateau.Seconds), Math.Round(plateau.ServerCpu / plateau.Forwarded * 1e6, 2),
            latency.Client.P50, latency.Client.P99, latency.Client.P999, Math.Round(Math.Max(floors[0].P99, floors[1].P99), 3),
            Math.Round(latency.Allocated / (double)latency.Forwarded, 3), Math.Round(perParticipant / 1024.0), plateau.Rooms, Math.Round(plateau.Loss * 100, 4));
    }

    // Design §11: the slope of resident memory from 10 to 100 participants, so that the process's own floor does not count.
    private async Task<double> MemorySlope(CancellationToken stop)
    {
        await Grow(3, stop);
        var few = await Settled(stop);
        await Grow(25, stop);
        var many = await Settled(stop);
        Console.WriteLine($"memory: {few.ResidentBytes >> 20} MB at 12 participants, {many.ResidentBytes >> 20} MB at 100");
        return (many.ResidentBytes - few.ResidentBytes) / 88.0;
    }

    private async Task<ServerFigures> Settled(CancellationToken stop)
    {
        await Speak(rooms, stop);
        await Task.Delay(TimeSpan.FromSeconds(quick ? 2 : 5), clock, stop);
        return await server.Ask(new Ask("figures"), BenchJson.Default.ServerFigures, stop);
    }

    private async Task<Sample> FindPlateau(CancellationToken stop)
    {
        Sample? best = null, least = null;
        var failed = int.MaxValue;
        var load = 20;
        var begin = clock.GetTimestamp();
        var longest = TimeSpan.FromSeconds(quick ? 22 : 110);
        while (clock.GetElapsedTime(begin) < longest && load > 0 && (best is null || failed - best.Rooms > 1 + best.Rooms / 20))
        {
            var sample = await Held(load, stop);
            least = least is null || sample.Loss < least.Loss ? sample : least;
            if (sample.Loss <= TolerableLoss)
            {
                best = sample;
                load = failed == int.MaxValue ? load * 3 / 2 : (load + failed) / 2;
            }
            else
            {
                failed = load;
                load = best is null ? load / 2 : (best.Rooms + load) / 2;
            }
        }
        if (best is null)
        {
            Console.WriteLine("void: nothing was carried without loss; the figures are those of the least loss");
            isVoid = true;
        }
        return best ?? least!;
    }

    // A stall of the machine loses packets too: a load has only failed when it failed twice.
    private async Task<Sample> Held(int load, CancellationToken stop)
    {
        var length = TimeSpan.FromSeconds(quick ? 1.5 : 4);
        var first = await Stretch(load, length, stop);
        Print($"{load} rooms", first);
        if (first.Loss <= TolerableLoss || first.Loss > 0.05)
        {
            return first;
        }
        var second = await Stretch(load, length, stop);
        Print($"{load} rooms again", second);
        return second;
    }

    private async Task<Sample> Stretch(int load, TimeSpan length, CancellationToken stop)
    {
        await Speak(0, stop);
        await Grow(load, stop);
        await Task.Delay(TimeSpan.FromMilliseconds(300), clock, stop);
        var silent = await Both(stop);
        await Speak(load, stop);
        await Task.Delay(TimeSpan.FromSeconds(1), clock, stop);
        await client.Ask(new Ask("measure", Count: 1), BenchJson.Default.DoneLine, stop);
        var from = await Both(stop);
        var begin = clock.GetTimestamp();
        await Task.Delay(length, clock, stop);
        var to = await Both(stop);
        var seconds = clock.GetElapsedTime(begin).TotalSeconds;
        // What is still on its way must not count as lost: be silent, wait, and compare what was sent with what came.
        await Speak(0, stop);
        await Task.Delay(TimeSpan.FromMilliseconds(500), clock, stop);
        var after = await Both(stop);
        if ((after.Client.Fault ?? after.Server.Fault) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }
        // Every packet of a room of four goes to three others.
        var loss = 1 - (after.Client.Received - silent.Client.Received) / ((after.Client.Sent - silent.Client.Sent) * (Seats - 1.0));
        return new Sample(load, seconds, to.Client.Received - from.Client.Received, Math.Max(0, loss), to.Server.CpuSeconds - from.Server.CpuSeconds,
            to.Client.CpuSeconds - from.Client.CpuSeconds, to.Server.AllocatedBytes - from.Server.AllocatedBytes, to.Client);
    }

    private Task Speak(int roomsSpeaking, CancellationToken stop) => client.Ask(new Ask("speak", Count: roomsSpeaking * Seats), BenchJson.Default.DoneLine, stop);

    private async Task<(ServerFigures Server, ClientFigures Client)> Both(CancellationToken stop)
    {
        var theirs = server.Ask(new Ask("figures"), BenchJson.Default.ServerFigures, stop);
        return (await theirs, await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop));
    }

    private async Task Grow(int to, CancellationToken stop)
    {
        for (; rooms < to; rooms++)
        {
            for (var seat = 0; seat < Seats; seat++)
            {
                var offer = await server.Ask(new Ask("offer", rooms, seat), BenchJson.Default.SdpLine, stop);
                var answer = await client.Ask(new Ask("offer", rooms, seat, offer.Sdp), BenchJson.Default.SdpLine, stop);
                Check(await server.Ask(new Ask("answer", rooms, seat, answer.Sdp), BenchJson.Default.DoneLine, stop));
                Check(await server.Ask(new Ask("admit", rooms, seat), BenchJson.Default.DoneLine, stop));
                await client.Ask(new Ask("connect"), BenchJson.Default.DoneLine, stop);
            }
        }
        for (var tries = 0; ; tries++)
        {
            var figures = await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop);
            if (figures.Connected >= to * Seats)
            {
                return;
            }
            if (figures.Fault is { } fault || tries > 600)
            {
                throw new InvalidOperationException($"only {figures.Connected} of {to * Seats} participants connected: {figures.Fault}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, stop);
        }
    }

    private static void Check(DoneLine line)
    {
        if (line.Fault is { } fault)
        {
            throw new InvalidOperationException("server: " + fault);
        }
    }

    private static void Print(string what, Sample sample) => Console.WriteLine(
        $"{what}: {sample.Forwarded / sample.Seconds:0} packets/s out, loss {sample.Loss * 100:0.000} %, server {sample.ServerCpu / sample.Seconds * 100:0} % ({sample.ServerCpu / sample.Forwarded * 1e6:0.00} us per packet), "
        + $"client {sample.ClientCpu / sample.Seconds * 100:0} %, p50 {sample.Client.P50:0.00} p99 {sample.Client.P99:0.00} p99.9 {sample.Client.P999:0.00} ms, "
        + $"{sample.Allocated / (double)Math.Max(1, sample.Forwarded):0.00} B per packet, broken {sample.Client.Broken}, plis {sample.Client.Plis}, nacks {sample.Client.Nacks}");

    internal static string Commit()
    {
        using var git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD") { RedirectStandardOutput = true, RedirectStandardError = true });
        return git?.StandardOutput.ReadToEnd().Trim() ?? "";
    }

    private sealed record Sample(int Rooms, double Seconds, long Forwarded, double Loss, double ServerCpu, double ClientCpu, long Allocated, ClientFigures Client);
}

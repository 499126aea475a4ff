using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>One server under the load client, from its first room to its figures. The server is on core 0, the client on core 1; this process only asks.</summary>
internal sealed class SfuRun(ISfu server, bool quick, TimeProvider clock) : IDisposable
{
    public const int Seats = 4;
    private const double TolerableLoss = 0.001;
    private const int FirstLoad = 10;
    // A hundred people at a third of the packets: no server is busy enough for queues to count as memory.
    private const int SlowForMemory = 3;
    private const double FullCore = 0.95;
    // Within a second, what is on its way does not matter.
    private const double AllThere = 0.99;

    private readonly Child client = new("sfu-client");
    private int rooms;

    /// <summary>Something makes the figures worthless; it was printed.</summary>
    public bool IsVoid { get; private set; }

    public void Dispose() => client.Dispose();

    public async Task<SfuFigures> Measure(double floorP99, CancellationToken stop)
    {
        var perParticipant = await MemorySlope(stop);
        var plateau = await FindPlateau(stop);
        var at = new List<Sample>();
        foreach (var share in (double[])[0.3, 0.5, 0.7])
        {
            at.Add(await Stretch(Math.Max(1, (int)Math.Round(plateau.Rooms * share)), TimeSpan.FromSeconds(quick ? 3 : 12), stop));
            Print($"{share:0 %}", at[^1]);
        }
        var (low, middle, high) = (at[0].Client, at[1].Client, at[2].Client);
        return new SfuFigures(
            Math.Round(plateau.Forwarded / plateau.ServerCpu), Math.Round(plateau.MicrosPerPacket, 2), Math.Round(plateau.PerSecond), plateau.Rooms, Math.Round(plateau.Loss * 100, 4),
            Math.Round(plateau.ClientCpu / plateau.Seconds * 100), high.P50, high.P99, high.P999, middle.P50, middle.P99, middle.P999, low.P50, low.P99, low.P999,
            Math.Round(floorP99, 3), at[2].Allocated is { } bytes ? Math.Round(bytes / (double)at[2].Forwarded, 3) : null, Math.Round(perParticipant / 1024.0));
    }

    /// <summary>So many rooms speak for so long; what was forwarded, lost and used meanwhile.</summary>
    public async Task<Sample> Stretch(int load, TimeSpan length, CancellationToken stop, int slower = 1)
    {
        await Grow(load, stop);
        await Speak(load, slower, stop);
        await WarmUp(stop);
        var silent = await Silence(stop);
        await Speak(load, slower, stop);
        await Task.Delay(TimeSpan.FromSeconds(1), clock, stop);
        await client.Ask(new Ask("measure", Count: 1), BenchJson.Default.DoneLine, stop);
        var from = await Look(stop);
        var begin = clock.GetTimestamp();
        await Task.Delay(length, clock, stop);
        var to = await Look(stop);
        var seconds = clock.GetElapsedTime(begin).TotalSeconds;
        await client.Ask(new Ask("measure"), BenchJson.Default.DoneLine, stop);
        var after = await Silence(stop);
        // Every packet of a room of four goes to three others.
        var loss = 1 - (after.Received - silent.Received) / ((after.Sent - silent.Sent) * (Seats - 1.0));
        return new Sample(load, seconds, to.Client.Received - from.Client.Received, Math.Max(0, loss), to.Use.CpuSeconds - from.Use.CpuSeconds,
            to.Client.CpuSeconds - from.Client.CpuSeconds, to.Server.AllocatedBytes - from.Server.AllocatedBytes, to.Client);
    }

    // What a path carries is found out by sending, and pictures wait for it. It is remembered over the short silence that parts this from what counts.
    private async Task WarmUp(CancellationToken stop)
    {
        var before = await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop);
        for (var seconds = 0; seconds < (quick ? 6 : 15); seconds++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, stop);
            var now = await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop);
            if (seconds > 0 && now.Received - before.Received >= (now.Sent - before.Sent) * (Seats - 1) * AllThere)
            {
                return;
            }
            before = now;
        }
    }

    // Design §11: the slope of resident memory from 10 to 100 participants, so that the process's own floor does not count.
    private async Task<double> MemorySlope(CancellationToken stop)
    {
        const int few = 3, many = 25;
        var (before, after) = (await Settled(few, stop), await Settled(many, stop));
        Console.WriteLine($"memory: {before >> 20} MB at {few * Seats} participants, {after >> 20} MB at {many * Seats}");
        return (after - before) / (double)((many - few) * Seats);
    }

    private async Task<long> Settled(int load, CancellationToken stop)
    {
        await Grow(load, stop);
        await Speak(load, SlowForMemory, stop);
        await Task.Delay(TimeSpan.FromSeconds(quick ? 3 : 8), clock, stop);
        var resident = ProcessUse.Of(server.Process).ResidentBytes;
        await Silence(stop);
        return resident;
    }

    private async Task<Sample> FindPlateau(CancellationToken stop)
    {
        Sample? best = null, least = null;
        var failed = int.MaxValue;
        var load = FirstLoad;
        var begin = clock.GetTimestamp();
        var longest = TimeSpan.FromSeconds(quick ? 30 : 180);
        while (clock.GetElapsedTime(begin) < longest && load > 0 && (best is null || failed - best.Rooms > 1 + best.Rooms / 20))
        {
            var sample = await Held(load, stop);
            least = least is null || sample.Loss < least.Loss ? sample : least;
            if (sample.Loss <= TolerableLoss)
            {
                best = sample;
                load = failed == int.MaxValue ? load * 2 : (load + failed) / 2;
            }
            else
            {
                failed = load;
                load = best is null ? load / 2 : (best.Rooms + load) / 2;
            }
        }
        if (best is null)
        {
            Void("nothing was carried without loss; the figures are those of the least loss");
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

    private Task Speak(int roomsSpeaking, int slower, CancellationToken stop) =>
        client.Ask(new Ask("speak", Count: roomsSpeaking * Seats, Slower: slower), BenchJson.Default.DoneLine, stop);

    // What is still on its way must not count as lost, nor burden what comes next: nobody speaks, and nothing comes any more.
    private async Task<ClientFigures> Silence(CancellationToken stop)
    {
        await Speak(0, 1, stop);
        var last = -1L;
        for (var looks = 0; ; looks++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), clock, stop);
            var figures = await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop);
            if (figures.Received == last || looks > 50)
            {
                return figures;
            }
            last = figures.Received;
        }
    }

    private async Task<(ServerFigures Server, ProcessUse Use, ClientFigures Client)> Look(CancellationToken stop)
    {
        var figures = await server.Figures(stop);
        var (use, client) = (ProcessUse.Of(server.Process), await this.client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop));
        if ((figures.Fault ?? client.Fault) is { } fault)
        {
            throw new InvalidOperationException(fault);
        }
        return (figures, use, client);
    }

    private async Task Grow(int to, CancellationToken stop)
    {
        if (rooms >= to)
        {
            return;
        }
        for (; rooms < to; rooms++)
        {
            await server.Open(rooms, client, stop);
        }
        var expected = rooms * Seats * server.ConnectionsEach;
        for (var tries = 0; ; tries++)
        {
            var figures = await client.Ask(new Ask("figures"), BenchJson.Default.ClientFigures, stop);
            if (figures.Connected >= expected)
            {
                if (figures.NotGcm > 0)
                {
                    Void($"{figures.NotGcm} connections are not under AEAD_AES_128_GCM");
                }
                return;
            }
            if (figures.Fault is { } fault || tries > 600)
            {
                throw new InvalidOperationException($"only {figures.Connected} of {expected} connections came up: {figures.Fault}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, stop);
        }
    }

    private void Void(string why)
    {
        Console.WriteLine("void: " + why);
        IsVoid = true;
    }

    private static void Print(string what, Sample sample) => Console.WriteLine(
        $"{what}: {sample.PerSecond:0} packets/s out, loss {sample.Loss * 100:0.000} %, server {sample.ServerCpu / sample.Seconds * 100:0} % ({sample.MicrosPerPacket:0.00} us per packet), "
        + $"client {sample.ClientCpu / sample.Seconds * 100:0} %{(sample.ClientCpu / sample.Seconds > FullCore ? " (the client is the limit)" : "")}, "
        + $"p50 {sample.Client.P50:0.00} p99 {sample.Client.P99:0.00} p99.9 {sample.Client.P999:0.00} ms, "
        + (sample.Allocated is { } bytes ? $"{bytes / (double)Math.Max(1, sample.Forwarded):0.00} B per packet, " : "")
        + $"broken {sample.Client.Broken}, plis {sample.Client.Plis}, nacks {sample.Client.Nacks}, feedback {sample.Client.Feedbacks}");

    /// <summary>What was counted in one stretch of so many rooms; seconds, and packets that reached the client.</summary>
    internal sealed record Sample(int Rooms, double Seconds, long Forwarded, double Loss, double ServerCpu, double ClientCpu, long? Allocated, ClientFigures Client)
    {
        public double PerSecond => Forwarded / Seconds;

        public double MicrosPerPacket => ServerCpu / Math.Max(1, Forwarded) * 1e6;
    }
}

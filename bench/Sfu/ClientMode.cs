using System.Text.Json;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>The load client's process: core 1, driven by lines on standard input.</summary>
internal static class ClientMode
{
    private const int SeatsPerRoom = 4;
    private const int OpenEvery = 8;

    public static int Run()
    {
        CpuPin.To(1);
        using var loop = new LoadLoop(OpenEvery);
        var peers = new List<LoadPeer>();
        while (Console.In.ReadLine() is { } line)
        {
            var ask = JsonSerializer.Deserialize(line, BenchJson.Default.Ask)!;
            Console.Out.WriteLine(Reply(ask, loop, peers));
            Console.Out.Flush();
        }
        return 0;
    }

    private static string Reply(Ask ask, LoadLoop loop, List<LoadPeer> peers)
    {
        switch (ask.Do)
        {
            case "offer":
                var peer = new LoadPeer(1 + ask.Room * SeatsPerRoom + ask.Seat, ask.Sdp, loop.DtlsOut);
                peers.Add(peer);
                return JsonSerializer.Serialize(new SdpLine(peer.AnswerSdp), BenchJson.Default.SdpLine);
            case "connect":
                loop.Join(peers[^1]);
                return Done();
            case "speak":
                loop.Speak(ask.Count);
                return Done();
            case "measure":
                loop.Latency.Clear();
                loop.Measuring = ask.Count == 1;
                return Done();
            case "floor":
                var floor = StallFloor.Milliseconds(TimeSpan.FromSeconds(1), 0.5, 0.99, 0.999);
                return JsonSerializer.Serialize(new FloorLine(floor[0], floor[1], floor[2]), BenchJson.Default.FloorLine);
            default:
                return JsonSerializer.Serialize(
                    new ClientFigures(
                        Volatile.Read(ref loop.Sent), Volatile.Read(ref loop.Received), peers.Count(one => one.Connected), peers.Sum(one => one.Broken),
                        peers.Sum(one => one.PlisSeen), peers.Sum(one => one.NacksSeen), Environment.CpuUsage.TotalTime.TotalSeconds,
                        loop.Latency.Milliseconds(0.5), loop.Latency.Milliseconds(0.99), loop.Latency.Milliseconds(0.999), loop.Latency.Count,
                        loop.Fault?.ToString() ?? peers.Select(one => one.Failure).FirstOrDefault(failure => failure is not null)),
                    BenchJson.Default.ClientFigures);
        }
    }

    private static string Done() => JsonSerializer.Serialize(new DoneLine(), BenchJson.Default.DoneLine);
}

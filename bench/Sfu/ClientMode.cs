using System.Text.Json;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Sfu;

/// <summary>The load client's process: core 1, driven by lines on standard input.</summary>
internal static class ClientMode
{
    private const int OpenEvery = 8;

    public static int Run()
    {
        CpuPin.To(1);
        using var loop = new LoadLoop(OpenEvery, reports: true);
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
            case "answer":
                peers.Add(new LoadPeer(1 + peers.Count, ask.Sdp, loop.DtlsOut));
                return Sdp(peers[^1].AnswerSdp, peers.Count - 1);
            case "publish":
                peers.Add(LoadPeer.Publishing(1 + peers.Count, loop.Port, loop.DtlsOut));
                return Sdp(peers[^1].OfferSdp, peers.Count - 1);
            case "take":
                peers[ask.Peer].Take(ask.Sdp);
                return Done();
            case "connect":
                loop.Join(peers[ask.Peer]);
                return Done();
            case "speak":
                loop.Speak(ask.Count, ask.Slower);
                return Done();
            case "measure":
                loop.Latency.Clear();
                loop.Measuring = ask.Count == 1;
                return Done();
            default:
                return JsonSerializer.Serialize(
                    new ClientFigures(
                        Volatile.Read(ref loop.Sent), Volatile.Read(ref loop.Received), peers.Count(one => one.Connected), peers.Count(one => one.Connected && !one.IsGcm),
                        peers.Sum(one => one.Broken), peers.Sum(one => one.PlisSeen), peers.Sum(one => one.NacksSeen), Volatile.Read(ref loop.Feedbacks), Environment.CpuUsage.TotalTime.TotalSeconds,
                        loop.Latency.Milliseconds(0.5), loop.Latency.Milliseconds(0.99), loop.Latency.Milliseconds(0.999), loop.Latency.Count,
                        loop.Fault?.ToString() ?? peers.Select(one => one.Failure).FirstOrDefault(failure => failure is not null)),
                    BenchJson.Default.ClientFigures);
        }
    }

    private static string Sdp(string sdp, int peer) => JsonSerializer.Serialize(new SdpLine(sdp, peer), BenchJson.Default.SdpLine);

    private static string Done() => JsonSerializer.Serialize(new DoneLine(), BenchJson.Default.DoneLine);
}

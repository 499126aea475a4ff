using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Bench.Machine;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;

namespace FirstRing.Bench.Sfu;

/// <summary>The SFU's process: core 0, one worker, the same node that the media service runs, asked in process.</summary>
internal static class ServerMode
{
    public static async Task<int> Run(CancellationToken stop)
    {
        CpuPin.To(0);
        using var node = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
        node.Start();
        var people = new Dictionary<(int Room, int Seat), (CallId Call, ParticipantId Participant)>();
        while (await Console.In.ReadLineAsync(stop) is { } line)
        {
            var ask = JsonSerializer.Deserialize(line, BenchJson.Default.Ask)!;
            Console.Out.WriteLine(await Reply(ask, node, people, stop));
            Console.Out.Flush();
        }
        return 0;
    }

    private static async Task<string> Reply(Ask ask, MediaNode node, Dictionary<(int, int), (CallId Call, ParticipantId Participant)> people, CancellationToken stop)
    {
        switch (ask.Do)
        {
            case "offer":
                while (!node.Ready)
                {
                    await Task.Delay(10, stop);
                }
                var call = people.TryGetValue((ask.Room, 0), out var first) ? first.Call : new CallId(Random());
                people[(ask.Room, ask.Seat)] = (call, new ParticipantId(Random()));
                var offer = node.Offer(new MakeOffer(call, people[(ask.Room, ask.Seat)].Participant, 1, 1));
                return JsonSerializer.Serialize(new SdpLine(offer.Value!.Sdp, 0), BenchJson.Default.SdpLine);
            case "answer":
                var (room, who) = people[(ask.Room, ask.Seat)];
                return Done(await node.Answer(new TakeAnswer(room, who, 1, 1, ask.Sdp), stop));
            case "admit":
                var (into, guest) = people[(ask.Room, ask.Seat)];
                return Done(await node.Admit(new AdmitParticipant(into, guest, ask.Seat, 1), stop));
            default:
                return JsonSerializer.Serialize(Figures(node), BenchJson.Default.ServerFigures);
        }
    }

    private static ServerFigures Figures(MediaNode node)
    {
        var thread = node.Threads[0];
        return new ServerFigures(GC.GetTotalAllocatedBytes(), thread.Port.Counters.Dropped, thread.LastFault?.ToString());
    }

    private static Guid Random() => new(RandomNumberGenerator.GetBytes(16));

    private static string Done(Answer<Done> answer) => JsonSerializer.Serialize(new DoneLine(answer.Refused?.Code), BenchJson.Default.DoneLine);
}

namespace FirstRing.Bench.Sfu;

/// <summary>Our media node as a process of its own: one PeerConnection each, offered by the server.</summary>
internal sealed class OurSfu : ISfu
{
    private readonly Child server = new("sfu-server");

    public int Process => server.Id;

    public int ConnectionsEach => 1;

    public async Task Open(int room, Child client, CancellationToken stop)
    {
        for (var seat = 0; seat < SfuRun.Seats; seat++)
        {
            var offer = await server.Ask(new Ask("offer", room, seat), BenchJson.Default.SdpLine, stop);
            var answer = await client.Ask(new Ask("answer", Sdp: offer.Sdp), BenchJson.Default.SdpLine, stop);
            Check(await server.Ask(new Ask("answer", room, seat, answer.Sdp), BenchJson.Default.DoneLine, stop));
            Check(await server.Ask(new Ask("admit", room, seat), BenchJson.Default.DoneLine, stop));
            await client.Ask(new Ask("connect", Peer: answer.Peer), BenchJson.Default.DoneLine, stop);
        }
    }

    public Task<ServerFigures> Figures(CancellationToken stop) => server.Ask(new Ask("figures"), BenchJson.Default.ServerFigures, stop);

    public ValueTask DisposeAsync()
    {
        server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Check(DoneLine line)
    {
        if (line.Fault is { } fault)
        {
            throw new InvalidOperationException("server: " + fault);
        }
    }
}

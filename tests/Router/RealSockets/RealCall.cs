using System.Diagnostics;
using FirstRing.Bench.Load;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Media.Router;
using FirstRing.Media.Router.Control;

namespace FirstRing.Tests.Router.RealSockets;

/// <summary>A media node on loopback sockets and, over the load client's one thread, participants who do ICE, DTLS and SRTP with it.</summary>
sealed class RealCall : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly CallId call = new(Guid.CreateVersion7(DateTimeOffset.UnixEpoch));
    readonly List<LoadPeer> peers = [];

    public RealCall(bool reports = false)
    {
        Load = new LoadLoop(openEvery: 1, reports);
        Node = new MediaNode(new MediaOptions { Workers = 1 }, TimeProvider.System);
        Node.Start();
    }

    public MediaNode Node { get; }
    public LoadLoop Load { get; }
    public IReadOnlyList<LoadPeer> Peers => peers;
    public CallId Call => call;

    /// <summary>What the next participant is given of its offer.</summary>
    public Func<string, string> Way { get; set; } = static offer => offer;

    public async Task<LoadPeer> Enter(int seat, bool admitted = true, params int[] profiles)
    {
        await Until(() => Node.Ready);
        var participant = new ParticipantId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch));
        var offer = Node.Offer(new MakeOffer(call, participant, 1, 1));
        var peer = new LoadPeer(1 + seat, Way(offer.Value!.Sdp), Load.DtlsOut, profiles);
        Assert.Null((await Node.Answer(new TakeAnswer(call, participant, 1, 1, peer.AnswerSdp), CancellationToken.None)).Refused);
        if (admitted) Assert.Null((await Node.Admit(new AdmitParticipant(call, participant, seat, 1), CancellationToken.None)).Refused);
        peers.Add(peer);
        Load.Join(peer);
        await Until(() => peer.Connected);
        return peer;
    }

    public async Task Until(Func<bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); !holds();)
        {
            Assert.True(watch.Elapsed < Patience, $"waited in vain; load: {Load.Fault}, peers: {string.Join(", ", peers.Select(peer => $"{peer.Failure} opened {peer.Opened} broken {peer.Broken}"))}");
            await Task.Delay(10);
        }
    }

    public void Dispose()
    {
        Load.Dispose();
        Node.Dispose();
    }
}

using System.Diagnostics;
using FirstRing.Media.Router.Dtls;

namespace FirstRing.Tests.Router.Dtls;

public sealed class Handshakes : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly BouncyDtlsServer server = new(DtlsCertificate.Create(TimeProvider.System), maxThreads: 2, maxWaiting: 4);

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(0x0007)]
    [InlineData(0x0001)]
    public async Task Both_ends_hold_the_same_keys_under_the_offered_profile(int profile)
    {
        var pair = new DtlsPair(server);
        var client = await pair.Connect(profile).WaitAsync(Patience);
        var keys = await pair.Connected.WaitAsync(Patience);

        Assert.Equal(profile, keys.Profile);
        Assert.Equal(client.Keys.Material, keys.Material);
        Assert.Equal(profile == 7 ? 56 : 60, keys.Material.Length);
        Assert.Equal(DtlsPair.ClientCertificate.Fingerprint, keys.PeerFingerprint);
        Assert.Equal(server.Fingerprint.ToArray(), client.Keys.PeerFingerprint);
    }

    [Fact]
    public async Task Gcm_wins_although_the_client_would_rather_have_cm()
    {
        var pair = new DtlsPair(server);
        await pair.Connect(0x0001, 0x0008, 0x0007).WaitAsync(Patience);
        Assert.Equal(0x0007, (await pair.Connected.WaitAsync(Patience)).Profile);
    }

    [Fact]
    public async Task A_client_without_a_common_srtp_profile_is_refused()
    {
        var pair = new DtlsPair(server);
        await Assert.ThrowsAnyAsync<Exception>(() => pair.Connect(0x0002).WaitAsync(Patience));
        Assert.Equal("refused", await pair.Failed.WaitAsync(Patience));
        Assert.Equal(0, server.OpenCount);
    }

    [Fact]
    public async Task No_datagram_of_the_server_is_longer_than_1200_bytes()
    {
        var pair = new DtlsPair(server);
        await pair.Connect(0x0007).WaitAsync(Patience);
        await pair.Connected.WaitAsync(Patience);
        Assert.All(pair.SentByServer, datagram => Assert.True(datagram.Length <= 1200));
    }

    [Fact]
    public async Task A_final_flight_that_is_lost_once_is_sent_again()
    {
        var pair = new DtlsPair(server);
        var lost = 0;
        // The server's ChangeCipherSpec (20) and its encrypted Finished (22 in epoch 1) are its last flight.
        pair.ServerDatagramPasses = datagram => !IsFinalFlight(datagram) || Interlocked.Increment(ref lost) > 2;
        var client = await pair.Connect(0x0007).WaitAsync(Patience);
        Assert.True(lost >= 4, $"the final flight was seen {lost / 2} times");
        Assert.Equal((await pair.Connected.WaitAsync(Patience)).Material, client.Keys.Material);
    }

    [Fact]
    public async Task The_peers_close_notify_is_seen()
    {
        var pair = new DtlsPair(server);
        var client = await pair.Connect(0x0007).WaitAsync(Patience);
        await pair.Connected.WaitAsync(Patience);
        client.Transport.Close();
        await pair.PeerClosed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Closing_says_goodbye_and_leaves_nothing_open()
    {
        var pair = new DtlsPair(server);
        await pair.Connect(0x0007).WaitAsync(Patience);
        await pair.Connected.WaitAsync(Patience);
        var before = pair.SentByServer.Count;
        pair.Association.Close();
        await Until(() => pair.SentByServer.Count > before);
        Assert.Equal(21, pair.SentByServer.Last()[0]);
        Assert.Equal(0, server.OpenCount);
    }

    [Fact]
    public async Task A_stalled_client_loses_its_thread_when_its_peer_is_closed()
    {
        var stalled = Enumerable.Range(0, 2).Select(_ => new DtlsPair(server)).ToArray();
        foreach (var pair in stalled) pair.Association.Push([22, 254, 253]);
        await Until(() => server.Pool.Running == 2);
        foreach (var pair in stalled) pair.Association.Close();
        var next = new DtlsPair(server);
        await next.Connect(0x0007).WaitAsync(TimeSpan.FromSeconds(10));
        await next.Connected.WaitAsync(Patience);
    }

    [Fact]
    public async Task When_the_queue_is_full_the_next_peer_is_told_at_once()
    {
        var stalled = Enumerable.Range(0, 7).Select(_ => new DtlsPair(server)).ToArray();
        // Both threads busy first: until they have taken theirs, those two count against the queue as well.
        foreach (var pair in stalled[..2]) pair.Association.Push([22, 254, 253]);
        await Until(() => server.Pool.Running == 2);
        foreach (var pair in stalled[2..]) pair.Association.Push([22, 254, 253]);
        Assert.Equal("busy", await stalled[^1].Failed.WaitAsync(Patience));
        foreach (var pair in stalled) pair.Association.Close();
    }

    [Fact]
    public void The_self_handshake_proves_both_profiles() => Assert.True(SelfHandshake.Succeeds(server));

    static bool IsFinalFlight(byte[] datagram) => datagram[0] == 20 || (datagram[0] == 22 && datagram[4] == 1);

    static async Task Until(Func<bool> holds)
    {
        for (var watch = Stopwatch.StartNew(); !holds();)
        {
            Assert.True(watch.Elapsed < Patience, "waited in vain");
            await Task.Delay(10);
        }
    }
}

using System.Diagnostics;
using FirstRing.Media.Router.Dtls;

namespace FirstRing.Tests.Router.Dtls;

public sealed class HostileRecords : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly BouncyDtlsServer server = new(DtlsCertificate.Create(TimeProvider.System), maxThreads: 2);

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Garbage_kills_no_handshake_thread_and_leaves_nothing_open()
    {
        var noise = new Random(7);
        var pairs = Enumerable.Range(0, 40).Select(_ => new DtlsPair(server)).ToArray();
        foreach (var pair in pairs)
        {
            for (var i = 0; i < 60; i++) pair.Association.Push(Hostile(noise));
        }
        foreach (var pair in pairs) pair.Association.Close();
        Assert.Equal(0, server.OpenCount);
        var good = new DtlsPair(server);
        await good.Connect(0x0007).WaitAsync(Patience);
        await good.Connected.WaitAsync(Patience);
        Assert.Equal(1, server.OpenCount);
    }

    [Fact]
    public async Task A_handshake_completes_with_garbage_between_its_datagrams()
    {
        var noise = new Random(11);
        var pair = new DtlsPair(server);
        pair.ServerDatagramPasses = _ =>
        {
            // Unauthenticated epoch-1 records and cut headers: what somebody off the path can throw in.
            var junk = new byte[noise.Next(1, 100)];
            noise.NextBytes(junk);
            junk[0] = 23;
            pair.Association.Push(junk);
            pair.Association.Push(OfReservedVersion);
            pair.Association.Push([.. Forged(noise, 22), .. OfReservedVersion]);
            return true;
        };
        await pair.Connect(0x0007).WaitAsync(Patience);
        await pair.Connected.WaitAsync(Patience);
    }

    [Fact]
    public async Task Forged_records_after_the_handshake_neither_close_nor_deafen_the_association()
    {
        var noise = new Random(13);
        var pair = new DtlsPair(server);
        var client = await pair.Connect(0x0007).WaitAsync(Patience);
        await pair.Connected.WaitAsync(Patience);
        for (var i = 0; i < 20; i++) pair.Association.Push(Forged(noise, (byte)(20 + i % 4)));
        pair.Association.Push(OfReservedVersion);
        for (var watch = Stopwatch.StartNew(); !pair.PeerClosed.IsCompleted && watch.Elapsed < Patience;)
        {
            await Task.Delay(1100);
            Assert.False(pair.Failed.IsCompleted);
            client.Transport.Close();
        }
        Assert.True(pair.PeerClosed.IsCompleted);
    }

    // What the fuzzer found: the engine calls it an error of its own.
    static byte[] OfReservedVersion => [22, 254, 254, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0];

    static byte[] Hostile(Random noise)
    {
        var bytes = new byte[noise.Next(0, 1600)];
        noise.NextBytes(bytes);
        if (bytes.Length >= 13 && noise.Next(3) > 0)
        {
            bytes[0] = (byte)noise.Next(20, 26);
            (bytes[1], bytes[2]) = (254, (byte)noise.Next(252, 256));
            (bytes[3], bytes[4]) = (0, (byte)noise.Next(2));
            var length = bytes.Length - 13 + noise.Next(-1, 2);
            (bytes[11], bytes[12]) = ((byte)(length >> 8), (byte)length);
            if (bytes.Length > 30) (bytes[13], bytes[14]) = ((byte)noise.Next(0, 21), 0);
        }
        return bytes;
    }

    static byte[] Forged(Random noise, byte type)
    {
        var bytes = new byte[13 + 40];
        noise.NextBytes(bytes);
        (bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]) = (type, 254, 253, 0, 1);
        (bytes[11], bytes[12]) = (0, 40);
        return bytes;
    }
}

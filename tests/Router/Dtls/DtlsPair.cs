using System.Collections.Concurrent;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Router.Dtls;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FirstRing.Tests.Router.Dtls;

/// <summary>A server association and a client joined by queues, with a hook on what the server sends.</summary>
sealed class DtlsPair : IDtlsSink
{
    public static readonly DtlsCertificate ClientCertificate = DtlsCertificate.Create(TimeProvider.System);

    readonly DatagramQueue toClient;
    readonly TaskCompletionSource<DtlsKeys> connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<string> failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DtlsPair(BouncyDtlsServer server)
    {
        Association = server.Open(this);
        toClient = new DatagramQueue(datagram => Association.Push(datagram));
    }

    public IDtlsAssociation Association { get; }
    public Func<byte[], bool> ServerDatagramPasses { get; set; } = _ => true;
    public ConcurrentQueue<byte[]> SentByServer { get; } = new();
    public Task<DtlsKeys> Connected => connected.Task;
    public Task<string> Failed => failed.Task;
    public Task PeerClosed => closed.Task;

    public Task<(DtlsKeys Keys, DtlsTransport Transport)> Connect(params int[] profiles) => Task.Factory.StartNew(() =>
    {
        var handshake = new ClientHandshake(new BcTlsCrypto(), ClientCertificate, profiles);
        var transport = new DtlsClientProtocol().Connect(handshake, toClient);
        return (handshake.Keys!, transport);
    }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Send(ReadOnlySpan<byte> datagram)
    {
        var copy = datagram.ToArray();
        SentByServer.Enqueue(copy);
        if (ServerDatagramPasses(copy)) toClient.Push(copy);
    }

    void IDtlsSink.Connected(DtlsKeys keys) => connected.TrySetResult(keys);
    void IDtlsSink.Failed(string reason) => failed.TrySetResult(reason);
    public void Closed() => closed.TrySetResult();
}

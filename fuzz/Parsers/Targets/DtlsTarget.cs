using System.Buffers.Binary;
using FirstRing.Media.Router.Dtls;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Ice;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FirstRing.Fuzz.Parsers.Targets;

// The first byte says who sends the rest, datagrams behind their lengths: a stranger to a worker, somebody who was let in by ICE and begins a handshake, or somebody who can write to the
// address of a peer whose handshake is done.
static class DtlsTarget
{
    static readonly DtlsCertificate Certificate = DtlsCertificate.Create(TimeProvider.System);
    static readonly BcTlsCrypto Crypto = new();
    static readonly Lazy<Established> Done = new(() => new Established());

    internal static void Run(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        var datagrams = Datagrams(bytes.AsSpan(1));
        if (bytes[0] % 3 == 0) Stranger.Sends(datagrams);
        else if (bytes[0] % 3 == 1) Shake(datagrams);
        else Done.Value.Take(datagrams);
    }

    static List<byte[]> Datagrams(ReadOnlySpan<byte> bytes)
    {
        var datagrams = new List<byte[]>();
        while (bytes.Length >= 2 && datagrams.Count < 50)
        {
            var length = int.Min(BinaryPrimitives.ReadUInt16BigEndian(bytes), bytes.Length - 2);
            datagrams.Add(bytes.Slice(2, length).ToArray());
            bytes = bytes[(2 + length)..];
        }
        return datagrams;
    }

    // Whatever else goes wrong is refused; that somebody without the secrets comes through, or that it has no end, is what must not be.
    static void Shake(List<byte[]> datagrams)
    {
        var (completed, fed) = (false, new Fed(datagrams));
        try { new DtlsServerProtocol().Accept(new ServerHandshake(Crypto, Certificate, _ => completed = true, static () => { }), fed); }
        catch (IOException) { }
        Must.Hold(!completed);
        Must.Hold(fed.Sent <= 100);
    }

    // A server's handshake that takes what is given, and then is called off.
    sealed class Fed(List<byte[]> datagrams) : DatagramTransport
    {
        int _next;

        public int Sent { get; private set; }

        public int GetReceiveLimit() => 1500;
        public int GetSendLimit() => 1200;
        public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

        public int Receive(Span<byte> buffer, int waitMillis)
        {
            if (_next == datagrams.Count) throw new TlsFatalAlert(AlertDescription.user_canceled);
            var datagram = datagrams[_next++];
            if (datagram.Length > buffer.Length || !DatagramQueue.IsReadable(datagram)) return -1;
            datagram.CopyTo(buffer);
            return datagram.Length;
        }

        public void Send(byte[] buf, int off, int len) => Sent++;
        public void Send(ReadOnlySpan<byte> buffer) => Sent++;
        public void Close() { }
    }

    // One handshake for all inputs: nothing that lacks its keys may close it, or make it deaf for those that follow.
    sealed class Established
    {
        readonly DatagramQueue _toServer;
        readonly DtlsTransport _server;
        readonly byte[] _nothing = new byte[64];
        bool _closed;

        public Established()
        {
            DatagramQueue? toClient = null;
            _toServer = new DatagramQueue(datagram => toClient!.Push(datagram));
            toClient = new DatagramQueue(datagram => _toServer.Push(datagram));
            var client = new Thread(() => new DtlsClientProtocol().Connect(new ClientHandshake(new BcTlsCrypto(), Certificate, SrtpOffers.Preferred), toClient), 256 * 1024) { IsBackground = true };
            client.Start();
            _server = new DtlsServerProtocol().Accept(new ServerHandshake(Crypto, Certificate, static _ => { }, () => _closed = true), _toServer);
            client.Join();
        }

        public void Take(List<byte[]> datagrams)
        {
            foreach (var datagram in datagrams) _toServer.Push(datagram);
            while (!_toServer.IsEmpty) _server.Receive(_nothing, 1);
            Must.Hold(!_closed);
        }
    }

    // A worker that knows nobody.
    sealed class Stranger : SendBatch, IDtlsServer
    {
        static readonly RemoteAddress From = new(0, 0xFFFF_C000_0206, 40_000, 0);
        readonly byte[] _slot = new byte[SlotBytes];

        public ReadOnlySpan<byte> Fingerprint => new byte[32];

        public static void Sends(List<byte[]> datagrams)
        {
            var nobody = new Stranger();
            using var credentials = new IceCredentials(new byte[32], 1);
            var worker = new Worker(credentials, nobody, nobody);
            foreach (var datagram in datagrams)
                if (Demux.Classify(datagram) != DatagramKind.Stun) worker.OnDatagram(datagram, From, 1_000_000);
            worker.OnTick(1_000_000);
            Must.Hold(worker.Counters.Peers == 0);
        }

        public IDtlsAssociation Open(IDtlsSink sink) => throw new InvalidOperationException("a handshake with a stranger");
        public override Span<byte> Rent() => _slot;
        public override void Commit(int length, in RemoteAddress to) => throw new InvalidOperationException("an answer to a stranger");
    }
}

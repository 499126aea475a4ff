using System.Collections.Concurrent;
using System.Net;
using System.Buffers.Binary;
using System.Text;
using FirstRing.Media.Router.Dtls;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Stun;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FirstRing.Bench.Load;

/// <summary>One participant of the load client: ICE checks, a DTLS handshake as the client, and the SRTP contexts that come out of it.</summary>
internal sealed class LoadPeer : IDisposable
{
    private static readonly DtlsCertificate Certificate = DtlsCertificate.Create(TimeProvider.System);
    private static readonly BcTlsCrypto Crypto = new();

    private readonly byte[] username;
    private readonly byte[] password;
    private readonly byte[] transaction = new byte[12];
    private readonly DatagramQueue toEngine;
    private readonly int[] profiles;
    private DtlsTransport? transport;
    private long nextCheck;
    private int handshake;
    private bool validated;

    public LoadPeer(int index, string offerSdp, ConcurrentQueue<(LoadPeer, byte[])> dtlsOut, params int[] profiles)
    {
        Index = index;
        Source = 0x7F01_0000u + (uint)index;
        var offer = new OfferReader(offerSdp);
        Server = BinaryPrimitives.ReadUInt32BigEndian(offer.Address.GetAddressBytes());
        ServerPort = offer.Port;
        var ufrag = $"lc{index:x4}";
        username = Encoding.ASCII.GetBytes($"{offer.Ufrag}:{ufrag}");
        password = Encoding.ASCII.GetBytes(offer.Password);
        BinaryPrimitives.WriteInt32BigEndian(transaction, index);
        AudioSsrc = 0x0A00_0000u + (uint)index;
        VideoSsrc = 0x0B00_0000u + (uint)index;
        AnswerSdp = offer.Answer(ufrag, "0123456789abcdefghijklmn", Certificate.FingerprintText, AudioSsrc, VideoSsrc);
        toEngine = new DatagramQueue(datagram => dtlsOut.Enqueue((this, datagram.ToArray())));
        this.profiles = profiles.Length == 0 ? SrtpOffers.Preferred : profiles;
        Script = new MediaScript(this);
    }

    public int Index { get; }

    /// <summary>Our own address, 127.1.x.y.</summary>
    public uint Source { get; }

    public uint Server { get; }

    public int ServerPort { get; }

    public uint AudioSsrc { get; }

    public uint VideoSsrc { get; }

    public string AnswerSdp { get; }

    public SrtpSender? Sender { get; private set; }

    public SrtpReceiver? Receiver { get; private set; }

    public DtlsKeys? Keys { get; private set; }

    public string? Failure { get; private set; }

    public MediaScript Script { get; }

    /// <summary>RTP packets that came, and how many of those we opened.</summary>
    public long Received;
    public long Opened;
    public long Broken;
    public long PlisSeen;
    public long NacksSeen;

    public bool Connected => Volatile.Read(ref handshake) == 2;

    /// <summary>Writes the ICE check that is due, or returns 0.</summary>
    public int WriteCheck(Span<byte> datagram, long nowMicros)
    {
        if (nowMicros < nextCheck)
        {
            return 0;
        }
        // A browser asks every 2.5 s once it is connected: that is its consent (RFC 7675).
        nextCheck = nowMicros + (validated ? 2_500_000 : 100_000);
        BinaryPrimitives.WriteInt64BigEndian(transaction.AsSpan(4), nowMicros);
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, transaction);
        writer.AddUsername(username);
        writer.Add(StunAttribute.Priority, 0x6E00_1EFFu);
        writer.Add(StunAttribute.IceControlling, [1, 2, 3, 4, 5, 6, 7, 8]);
        writer.Add(StunAttribute.UseCandidate, []);
        writer.AddIntegrity(password);
        writer.AddFingerprint();
        return writer.Length;
    }

    public void OnStun(ReadOnlySpan<byte> datagram)
    {
        if (validated || !StunMessage.TryRead(datagram, out var message) || message.Class != StunClass.Success || !message.VerifyIntegrity(password))
        {
            return;
        }
        validated = true;
        handshake = 1;
        new Thread(Shake, 256 * 1024) { IsBackground = true, Name = "load-dtls" }.Start();
    }

    public void OnDtls(ReadOnlySpan<byte> datagram) => toEngine.Push(datagram);

    public void Dispose()
    {
        try
        {
            transport?.Close();
        }
        catch (Exception)
        {
            // A courtesy to the server.
        }
        toEngine.Abort();
        Sender?.Dispose();
        Receiver?.Dispose();
    }

    private void Shake()
    {
        try
        {
            var client = new ClientHandshake(Crypto, Certificate, profiles);
            transport = new DtlsClientProtocol().Connect(client, toEngine);
            Keys = client.Keys!;
            var profile = (SrtpProfile)Keys.Profile;
            var (material, salt) = (Keys.Material, profile.SaltLength());
            Sender = new SrtpSender(profile, material.AsSpan(0, 16), material.AsSpan(32, salt));
            Receiver = new SrtpReceiver(profile, material.AsSpan(16, 16), material.AsSpan(32 + salt, salt));
            Volatile.Write(ref handshake, 2);
        }
        catch (Exception failure)
        {
            Failure = failure.GetType().Name;
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Buffers.Binary;
using System.Text;
using FirstRing.Media.Router.Dtls;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Rtcp;
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

    private const string OwnPassword = "0123456789abcdefghijklmn";
    private static readonly byte[] OwnKey = Encoding.ASCII.GetBytes(OwnPassword);
    private const long ReportInterval = 1_000_000;
    private const long Handshaking = 20_000;

    private readonly string ownUfrag;
    private readonly byte[] transaction = new byte[12];
    private readonly DatagramQueue toEngine;
    private readonly int[] profiles;
    private byte[] username = [];
    private byte[] password = [];
    private RemoteAddress remote;
    private bool[] repairs = [];
    private DtlsTransport? transport;
    private long nextReport;
    private long nextCheck;
    private int handshake;
    private bool validated;

    /// <summary>Answers an offer; it sends what the offer names as a microphone and a camera, if anything.</summary>
    public LoadPeer(int index, string offerSdp, ConcurrentQueue<(LoadPeer, byte[])> dtlsOut, params int[] profiles)
        : this(index, dtlsOut, profiles)
    {
        var offer = new OfferReader(offerSdp);
        Sends = offer.AsksForMedia;
        AnswerSdp = offer.Answer(ownUfrag, OwnPassword, Certificate.FingerprintText, AudioSsrc, VideoSsrc);
        Follow(offer);
    }

    private LoadPeer(int index, ConcurrentQueue<(LoadPeer, byte[])> dtlsOut, int[] profiles)
    {
        Index = index;
        Source = 0x7F01_0000u + (uint)index;
        ownUfrag = $"lc{index:x4}";
        BinaryPrimitives.WriteInt32BigEndian(transaction, index);
        AudioSsrc = 0x0A00_0000u + (uint)index;
        VideoSsrc = 0x0B00_0000u + (uint)index;
        toEngine = new DatagramQueue(datagram => dtlsOut.Enqueue((this, datagram.ToArray())));
        this.profiles = profiles.Length == 0 ? SrtpOffers.Preferred : profiles;
        Script = new MediaScript(this);
    }

    /// <summary>Offers a microphone and a camera from a port of the load socket; <see cref="Take"/> takes the answer.</summary>
    public static LoadPeer Publishing(int index, int port, ConcurrentQueue<(LoadPeer, byte[])> dtlsOut)
    {
        var peer = new LoadPeer(index, dtlsOut, []) { Sends = true };
        peer.OfferSdp = PublisherOffer.Write(peer.ownUfrag, OwnPassword, Certificate.FingerprintText, peer.Source, port, peer.AudioSsrc, peer.VideoSsrc);
        return peer;
    }

    public void Take(string answerSdp) => Follow(new OfferReader(answerSdp));

    private void Follow(OfferReader server)
    {
        Server = BinaryPrimitives.ReadUInt32BigEndian(server.Address.GetAddressBytes());
        ServerPort = server.Port;
        remote = RemoteAddress.Of(server.Address, server.Port);
        username = Encoding.ASCII.GetBytes($"{server.Ufrag}:{ownUfrag}");
        password = Encoding.ASCII.GetBytes(server.Password);
        repairs = server.Repairs();
        Reports = new ReceptionReports(server.TransportExtension);
    }

    public int Index { get; }

    /// <summary>Our own address, 127.1.x.y.</summary>
    public uint Source { get; }

    public uint Server { get; private set; }

    public int ServerPort { get; private set; }

    public uint AudioSsrc { get; }

    public uint VideoSsrc { get; }

    public string AnswerSdp { get; } = "";

    public string OfferSdp { get; private set; } = "";

    /// <summary>It has a microphone and a camera; else it only watches.</summary>
    public bool Sends { get; private init; }

    /// <summary>Its place among those who send, once it has joined.</summary>
    public int Turn { get; set; }

    public ReceptionReports Reports { get; private set; } = new(0);

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

    /// <summary>The profile that DTLS agreed upon.</summary>
    public bool IsGcm => Keys is { Profile: SrtpOffers.AeadAes128Gcm };

    public bool IsRepair(int payloadType) => repairs[payloadType];

    /// <summary>When to call <see cref="WriteCheck"/> and <see cref="WriteReport"/> again (µs).</summary>
    public long NextDue(bool reports, long now) => Math.Min(nextCheck, !Connected ? now + Handshaking : reports ? nextReport : long.MaxValue);

    /// <summary>Once a second a sender report for each stream it sends and a receiver report for those that come, as a browser does; else 0.</summary>
    public int WriteReport(Span<byte> datagram, long now)
    {
        if (now < nextReport || !Connected)
        {
            return 0;
        }
        nextReport = now + ReportInterval;
        Span<byte> rtcp = stackalloc byte[1000];
        var length = Sends ? Script.WriteSenderReports(rtcp, now) : 0;
        length += Reports.WriteReport(rtcp[length..], AudioSsrc, now);
        length += Sdes.WriteCname(rtcp[length..], AudioSsrc, "load"u8);
        return Sender!.ProtectRtcp(rtcp[..length], datagram);
    }

    /// <summary>Transport-wide feedback on what came since the last; call again while it returns more than 0.</summary>
    public int WriteFeedback(Span<byte> datagram)
    {
        Span<byte> rtcp = stackalloc byte[1000];
        var length = Reports.HasNews ? Reports.WriteFeedback(rtcp, AudioSsrc) : 0;
        return length > 0 ? Sender!.ProtectRtcp(rtcp[..length], datagram) : 0;
    }

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

    /// <summary>Takes an answer to a check, or writes one to a check of the server's (libnice asks, ICE-lite or not); else 0.</summary>
    public int OnStun(ReadOnlySpan<byte> datagram, Span<byte> answer)
    {
        if (!StunMessage.TryRead(datagram, out var message))
        {
            return 0;
        }
        if (message.Class == StunClass.Request)
        {
            return message.VerifyIntegrity(OwnKey) ? StunAnswers.Success(message, remote, OwnKey, answer) : 0;
        }
        if (!validated && message.Class == StunClass.Success && message.VerifyIntegrity(password))
        {
            validated = true;
            handshake = 1;
            new Thread(Shake, 256 * 1024) { IsBackground = true, Name = "load-dtls" }.Start();
        }
        return 0;
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

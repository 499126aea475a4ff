using System.Buffers.Binary;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc;

public sealed class PeerTests : IDtlsServer, IDtlsAssociation, IDtlsSink, IDisposable
{
    static readonly RemoteAddress Page = new(0, 0xFFFF_0A00_0001, 1000, 0);
    static readonly byte[] Material = [.. Enumerable.Range(0, 56).Select(number => (byte)number)];
    static readonly byte[] Fingerprint = [.. Enumerable.Range(0, 32).Select(number => (byte)(number + 1))];

    readonly Outgoing _out = new();
    readonly SrtpSender _page = new(SrtpProfile.AeadAes128Gcm, Material.AsSpan(0, 16), Material.AsSpan(32, 12));
    readonly SrtpReceiver _heard = new(SrtpProfile.AeadAes128Gcm, Material.AsSpan(16, 16), Material.AsSpan(44, 12));
    readonly Peer _peer;
    int _pushed, _closed;
    ushort _sequence;

    public PeerTests() => _peer = new Peer("ours"u8, "secretsecretsecretsecret"u8, this, this);

    ReadOnlySpan<byte> IDtlsServer.Fingerprint => Fingerprint;

    public void Dispose()
    {
        _page.Dispose();
        _heard.Dispose();
        _peer.Dispose();
    }

    [Fact]
    public void Media_is_handed_on_only_when_connected_and_admitted()
    {
        Check();
        Assert.False(Receive(SealAudio()));
        Finish();
        Assert.False(Receive(SealAudio()));
        Answer();
        Assert.Equal(PeerState.Connected, _peer.State);
        Assert.False(Receive(SealAudio()));
        _peer.Admit();
        Assert.True(Receive(SealAudio()));
        Assert.Equal(2, _peer.Counters.Early);
        Assert.Equal(2, _peer.Counters.PacketsIn);
    }

    [Fact]
    public void Others_media_is_sent_only_when_connected_and_admitted()
    {
        using var publisher = new PeerTests();
        publisher.Connect();
        publisher._peer.Admit();
        var slot = _peer.Downlink[MediaKind.Audio, 0];
        slot.SwitchTo(publisher._peer.Uplink.Audio, 0);

        Check();
        Assert.Equal(0, Sent());
        Finish();
        Assert.Equal(0, Sent());
        Answer();
        Assert.Equal(0, Sent());
        _peer.Admit();
        Assert.Equal(1, Sent());
        _peer.HandleTimeout(11_000_000, _out); // no check for over ten seconds: no consent
        Assert.Equal(PeerState.Disconnected, _peer.State);
        Assert.Equal(0, Sent());

        int Sent()
        {
            _out.Datagrams.Clear();
            Assert.True(publisher._peer.HandleDatagram(DatagramKind.Rtp, publisher.SealAudio(), Page, 0, publisher._out, out var media));
            _peer.Send(slot, media, 0, _out);
            return _out.Datagrams.Count;
        }
    }

    [Fact]
    public void Dtls_is_taken_from_proved_addresses_alone_and_answered_by_the_selected_one()
    {
        var hello = new byte[20];
        hello[0] = 22;
        _peer.HandleDatagram(DatagramKind.Dtls, hello, Page, 0, _out, out _);
        _peer.SendDtls(hello, _out);
        Assert.Equal(0, _pushed);
        Assert.Empty(_out.Datagrams);
        Check();
        _out.Datagrams.Clear();
        _peer.HandleDatagram(DatagramKind.Dtls, hello, Page with { Port = 7 }, 0, _out, out _);
        Assert.Equal(0, _pushed);
        _peer.HandleDatagram(DatagramKind.Dtls, hello, Page, 0, _out, out _);
        _peer.SendDtls(hello, _out);
        Assert.Equal(1, _pushed);
        Assert.Equal(Page, Assert.Single(_out.Datagrams).To);
    }

    [Theory]
    [InlineData(0x0008, 56)]
    [InlineData(7, 55)]
    [InlineData(1, 56)]
    public void Keys_that_do_not_fit_their_profile_end_the_peer(ushort profile, int length)
    {
        Check();
        _peer.DtlsConnected(new DtlsKeys(profile, new byte[length], Fingerprint), 0);
        Assert.Equal(PeerState.Failed, _peer.State);
    }

    [Fact]
    public void Key_material_is_wiped_once_it_is_used()
    {
        Check();
        var material = Material.ToArray();
        _peer.DtlsConnected(new DtlsKeys(7, material, Fingerprint), 0);
        Assert.All(material, one => Assert.Equal(0, one));
    }

    [Fact]
    public void What_is_over_takes_and_sends_nothing_and_closes_its_dtls_once()
    {
        Connect();
        _peer.Admit();
        _peer.HandleDatagram(DatagramKind.Dtls, new byte[20], Page, 0, _out, out _);
        _peer.Close();
        _peer.Close();
        _out.Datagrams.Clear();
        Assert.False(Receive(SealAudio()));
        Check();
        Finish();
        _peer.HandleTimeout(100_000_000, _out);
        Assert.Equal(PeerState.Closed, _peer.State);
        Assert.Empty(_out.Datagrams);
        Assert.Equal(1, _closed);
    }

    [Fact]
    public void Feedback_for_a_burst_is_several_datagrams_each_of_which_is_whole()
    {
        Connect();
        // Every third number and uneven times: several reports, most of them padded.
        for (var i = 0; i < 700; i++) Receive(SealAudio((ushort)(3 * i), transport: true), now: 1_000 + i * 37);
        _out.Datagrams.Clear();
        _peer.HandleTimeout(100_000, _out);
        var reported = 0;
        foreach (var (bytes, _) in _out.Datagrams)
        {
            Assert.True(_heard.TryUnprotectRtcp(bytes, out var length));
            Assert.True(RtcpCompound.TryRead(bytes.AsSpan(0, length), out var compound));
            foreach (var packet in compound)
                if (TransportFeedback.TryRead(packet, out var feedback))
                    foreach (var status in feedback)
                        reported += status.Received ? 1 : 0;
        }
        Assert.True(_out.Datagrams.Count > 1);
        Assert.InRange(reported, 340, 342); // the log reaches 1,024 numbers back
    }

    [Fact]
    public void A_path_once_proved_is_forgotten_when_another_peer_proves_it()
    {
        Connect();
        _peer.Admit();
        _peer.Ice.Forget(Page);
        Assert.False(Receive(SealAudio()));
        _peer.HandleTimeout(2_000_000, _out);
    }

    void Connect()
    {
        Check();
        Finish();
        Answer();
    }

    void Check()
    {
        var datagram = new byte[256];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, new byte[12]);
        writer.AddUsername("ours:page"u8);
        writer.AddIntegrity("secretsecretsecretsecret"u8);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryRead(datagram.AsSpan(0, writer.Length), out var request));
        _peer.HandleStun(request, Page, 0, _out);
    }

    void Finish() => _peer.DtlsConnected(new DtlsKeys(7, Material.ToArray(), Fingerprint), 0);

    void Answer()
    {
        var text = $"v=0\r\na=ice-ufrag:page\r\na=ice-pwd:pagepagepagepagepagepage\r\na=setup:active\r\na=fingerprint:sha-256 {BitConverter.ToString(Fingerprint).Replace('-', ':')}\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:mic\r\na=ssrc:77 cname:x\r\n";
        Assert.True(SdpAnswer.TryRead(text, out var answer, out var error), error);
        _peer.ApplyAnswer(answer, 0);
    }

    byte[] SealAudio(ushort number = 0, bool transport = false)
    {
        Span<byte> header = stackalloc byte[32];
        RtpHeader.Write(header, false, 111, _sequence++, 0, 77);
        var extension = new RtpExtensionWriter(header);
        Span<byte> value = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(value, number);
        if (transport) extension.Add(MediaLayout.TransportSequenceExtension, value);
        var datagram = new byte[100];
        return datagram[.._page.ProtectRtp(header[..extension.Finish()], [1, 2, 3], datagram)];
    }

    bool Receive(byte[] datagram, long now = 0) => _peer.HandleDatagram(DatagramKind.Rtp, datagram, Page, now, _out, out _);

    IDtlsAssociation IDtlsServer.Open(IDtlsSink sink) => this;

    void IDtlsAssociation.Push(ReadOnlySpan<byte> datagram) => _pushed++;

    void IDtlsAssociation.Close() => _closed++;

    void IDtlsSink.Send(ReadOnlySpan<byte> datagram)
    {
    }

    void IDtlsSink.Connected(DtlsKeys keys)
    {
    }

    void IDtlsSink.Failed(string reason)
    {
    }

    void IDtlsSink.Closed()
    {
    }

    sealed class Outgoing : SendBatch
    {
        readonly byte[] _slot = new byte[SlotBytes];

        public List<(byte[] Bytes, RemoteAddress To)> Datagrams { get; } = [];

        public override Span<byte> Rent() => _slot;

        public override void Commit(int length, in RemoteAddress to) => Datagrams.Add((_slot[..length], to));
    }
}

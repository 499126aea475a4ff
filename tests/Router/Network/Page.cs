using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Router.Network;

// A browser, as far as the media node can tell: ICE checks, one-datagram DTLS, SRTP, NACK and RTX both ways.
sealed class Page : IDisposable
{
    readonly VirtualNetwork _network;
    readonly RemoteAddress _server;
    readonly byte[] _hello;
    readonly SrtpSender _sender;
    readonly SrtpReceiver _receiver;
    readonly string _ufrag, _password;
    readonly byte _number;
    long _checkAt, _audioAt, _frameAt, _nackAt, _mediaAt = long.MaxValue;
    ushort _audioSequence, _transportSequence;
    uint _audioTimestamp;
    bool _sawAnswer;
    long _helloAt, _clockAt = 2_000_000;
    readonly ArrivalLog _arrivals = new();
    long _reportAt = long.MaxValue;
    readonly byte[] _lastSent = new byte[1500], _control = new byte[1500], _report = new byte[1200];
    int _lastLength;

    public Page(VirtualNetwork network, InstantDtls dtls, RemoteAddress server, (string Ufrag, string Password) credentials, byte number)
    {
        (_network, _server, _number) = (network, server, number);
        (_ufrag, _password) = credentials;
        Address = new RemoteAddress(0, 0xFFFF_0A00_0000ul + number, 40_000, 0);
        Camera = new Camera(500u + number, 600u + number, number);
        Screen = new Camera(700u + number, 800u + number, (byte)(number + 100));
        AudioSsrc = 400u + number;
        RandomNumberGenerator.Fill(Fingerprint);
        var material = RandomNumberGenerator.GetBytes(56);
        _hello = dtls.Register(material, Fingerprint);
        _sender = new SrtpSender(SrtpProfile.AeadAes128Gcm, material.AsSpan(0, 16), material.AsSpan(32, 12));
        _receiver = new SrtpReceiver(SrtpProfile.AeadAes128Gcm, material.AsSpan(16, 16), material.AsSpan(44, 12));
    }

    public RemoteAddress Address { get; set; }
    public byte[] Fingerprint { get; } = new byte[32];
    public Camera Camera { get; }
    public Camera Screen { get; }
    // Smallest first; they take the camera's place where there are any.
    public Camera[] Sizes { get; private set; } = [];
    public HashSet<int> DroppedSizes { get; } = [];
    public uint AudioSsrc { get; }
    public byte Number => _number;
    public bool IsQuiet { get; set; }
    public bool ChecksIce { get; set; } = true;
    public bool SendsAudio { get; set; } = true;
    public int AudioLevel { get; set; } = 5;
    public bool SendsVideo { get; set; } = true;
    public bool SharesScreen { get; set; }
    public bool UsesMid { get; set; }
    public bool AsksAgain { get; set; } = true;
    public Dictionary<uint, Received> Got { get; } = [];
    public int StunAnswers { get; private set; }
    public int StunErrors { get; private set; }
    public int NacksGot { get; private set; }
    public List<long> PlisAt { get; } = [];
    public int TransportReports { get; private set; }
    public int TransportLost { get; private set; }
    public HashSet<ushort> TransportReceived { get; } = [];
    public ulong Remb { get; private set; }
    public bool Reports { get; set; } = true;
    public int Padding { get; private set; }
    public bool RepeatsSound { get; set; }
    public bool TakesRepeated { get; set; }
    public List<(int Type, int Number)> Sounds { get; } = [];
    public List<int> Repeated { get; } = [];
    public List<(uint Ssrc, uint Rtp, ulong Ntp)> SenderReports { get; } = [];
    public List<ReportBlock> Blocks { get; } = [];
    public byte[]? LastMediaSent => _lastLength > 0 ? _lastSent[.._lastLength] : null;

    // What was sent at first on each SSRC under each number, before it was encrypted; for whom that is set.
    public Dictionary<(uint Ssrc, ushort Number), byte[]>? Sent { get; set; }

    public long FrameInterval { get; set; } = 33_333;

    // Until something comes; else a path that is gone at that moment has had its only one.
    public bool SaysHelloAgain { get; set; }

    // Of everything that came, and when: two runs that differ anywhere differ here.
    public ulong Trace { get; private set; } = NothingYet;
    const ulong NothingYet = 14695981039346656037;

    public string Answer(byte[]? fingerprint = null, bool withSsrcs = true)
    {
        var text = new StringBuilder("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
        text.Append("a=ice-ufrag:page\r\na=ice-pwd:pagepagepagepagepagepage\r\na=setup:active\r\na=fingerprint:sha-256 ");
        text.Append(BitConverter.ToString(fingerprint ?? Fingerprint).Replace('-', ':')).Append("\r\n");
        if (TakesRepeated) text.Append("m=audio 9 UDP/TLS/RTP/SAVPF 63 111\r\na=mid:a0\r\na=recvonly\r\na=rtpmap:63 red/48000/2\r\n");
        text.Append("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:mic\r\na=sendonly\r\n");
        if (withSsrcs) text.Append($"a=ssrc:{AudioSsrc} cname:x\r\n");
        foreach (var (mid, camera) in new[] { ("cam", Camera), ("scr", Screen) })
        {
            text.Append($"m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:{mid}\r\na=sendonly\r\n");
            if (camera == Camera && Sizes.Length > 0) text.Append("a=rid:l send\r\na=rid:m send\r\na=rid:h send\r\na=simulcast:send l;m;h\r\n");
            else if (withSsrcs) text.Append($"a=ssrc-group:FID {camera.Ssrc} {camera.RtxSsrc}\r\na=ssrc:{camera.Ssrc} cname:x\r\n");
        }
        return text.ToString();
    }

    // Bytes of a packet of each size.
    public void SendSizes(params int[] bytes) =>
        Sizes = [.. bytes.Select((each, size) => new Camera((uint)(900 + 10 * _number + size), (uint)(1900 + 10 * _number + size), (byte)(_number + 50 * (size + 1))) { PacketBytes = each, HasFrameRates = true })];

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    public Received On(uint ssrc) => Got.TryGetValue(ssrc, out var got) ? got : Got[ssrc] = new Received();

    public void Tick(long now)
    {
        if (ChecksIce && _checkAt <= now)
        {
            _checkAt = now + 500_000;
            Check(nominates: true);
        }
        if (_sawAnswer && _helloAt <= now)
        {
            _helloAt = SaysHelloAgain && Trace == NothingYet ? now + 100_000 : long.MaxValue;
            _network.Send(_hello, Address, _server);
            if (_mediaAt == long.MaxValue) _mediaAt = now + 100_000;
        }
        if (_reportAt <= now) Report();
        if (Sizes.Length > 0 && _clockAt <= now && _sawAnswer)
        {
            _clockAt = now + 1_000_000;
            TellClocks(now);
        }
        if (IsQuiet || now < _mediaAt) return;
        if (SendsAudio && _audioAt <= now)
        {
            _audioAt = now + 20_000;
            // Its own number is the sound; what it repeats is the one before (RFC 2198 §3).
            var (newest, before) = (Sound(_audioSequence), Sound((ushort)(_audioSequence - 1)));
            if (RepeatsSound) SendRtp(false, 63, _audioSequence++, _audioTimestamp, AudioSsrc, [0xEF, 0x0F, 0x00, 0x04, 0x6F, .. before, .. newest], "mic");
            else SendRtp(false, 111, _audioSequence++, _audioTimestamp, AudioSsrc, newest, "mic");
            _audioTimestamp += 960;
        }
        if (_frameAt <= now)
        {
            _frameAt = now + FrameInterval;
            if (SendsVideo && Sizes.Length == 0)
                foreach (var packet in Camera.Frame()) SendVideo(Camera, packet, "cam");
            for (var size = 0; SendsVideo && size < Sizes.Length; size++)
            {
                if (DroppedSizes.Contains(size)) continue;
                foreach (var packet in Sizes[size].Frame()) SendVideo(Sizes[size], packet, "cam");
            }
            if (SharesScreen)
                foreach (var packet in Screen.Frame()) SendVideo(Screen, packet, "scr");
        }
        if (AsksAgain && _nackAt <= now)
        {
            _nackAt = now + 20_000;
            AskForMissing(now);
        }
    }

    byte[] Sound(ushort number) => [_number, 1, (byte)(number >> 8), (byte)number];

    // What each size's clock shows now, as one wall clock has it.
    void TellClocks(long now)
    {
        var report = new byte[64];
        foreach (var camera in Sizes)
            SendRtcp(report.AsSpan(0, SenderReport.Write(report, camera.Ssrc, (ulong)(now / 1e6 * (1L << 32)), camera.Timestamp - (uint)((_frameAt - now) * 9 / 100), 1, 1)));
    }

    public void SendVideo(Camera camera, Camera.Packet packet, string mid) =>
        SendRtp(packet.Marker, 96, packet.Sequence, packet.Timestamp, camera.Ssrc, packet.Payload, mid, Rid(camera));

    string Rid(Camera camera) => Array.IndexOf(Sizes, camera) is var size and >= 0 ? Names[size] : "";

    public string[] Names { get; set; } = ["l", "m", "h"];

    Camera Of(uint ssrc) => Sizes.FirstOrDefault(camera => camera.Ssrc == ssrc) ?? (ssrc == Camera.Ssrc ? Camera : Screen);

    public void SendRtp(bool marker, int payloadType, ushort sequence, uint timestamp, uint ssrc, ReadOnlySpan<byte> payload, string mid, string rid = "")
    {
        Span<byte> header = stackalloc byte[64];
        RtpHeader.Write(header, marker, payloadType, sequence, timestamp, ssrc);
        var extension = new RtpExtensionWriter(header);
        Span<byte> number = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(number, _transportSequence++);
        extension.Add(MediaLayout.TransportSequenceExtension, number);
        if (rid.Length > 0) extension.Add(payloadType == 97 ? MediaLayout.RepairedRidExtension : MediaLayout.RidExtension, Encoding.ASCII.GetBytes(rid));
        if (UsesMid || rid.Length > 0) extension.Add(MediaLayout.MidExtension, Encoding.ASCII.GetBytes(mid));
        if (payloadType is 111 or 63) extension.Add(MediaLayout.AudioLevelExtension, [(byte)(0x80 | AudioLevel)]);
        var length = extension.Finish();
        if (payloadType != 97 && Sent is not null) Sent[(ssrc, sequence)] = [.. header[..length], .. payload];
        _lastLength = _sender.ProtectRtp(header[..length], payload, _lastSent);
        Assert.True(_lastLength > 0);
        _network.Send(_lastSent.AsSpan(0, _lastLength), Address, _server);
    }

    public void SendRtcp(ReadOnlySpan<byte> packet)
    {
        _network.Send(_control.AsSpan(0, _sender.ProtectRtcp(packet, _control)), Address, _server);
    }

    public void Check(bool nominates, RemoteAddress? from = null, string? password = null, ushort extraAttribute = 0)
    {
        var datagram = new byte[512];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, RandomNumberGenerator.GetBytes(12));
        writer.AddUsername(Encoding.ASCII.GetBytes(_ufrag + ":page"));
        writer.Add(StunAttribute.Priority, 1u);
        if (nominates) writer.Add(StunAttribute.UseCandidate, []);
        if (extraAttribute != 0) writer.Add(extraAttribute, 7u);
        writer.AddIntegrity(Encoding.ASCII.GetBytes(password ?? _password));
        writer.AddFingerprint();
        _network.Send(datagram.AsSpan(0, writer.Length), from ?? Address, _server);
    }

    public void Take(byte[] datagram, long now)
    {
        switch (Demux.Classify(datagram))
        {
            case DatagramKind.Stun:
                Assert.True(StunMessage.TryRead(datagram, out var message) && message.VerifyFingerprint());
                if (message.Class == StunClass.Error) StunErrors++;
                if (message.Class != StunClass.Success || !message.VerifyIntegrity(Encoding.ASCII.GetBytes(_password))) break;
                StunAnswers++;
                _sawAnswer = true;
                break;
            case DatagramKind.Rtp:
                if (_receiver.TryUnprotectRtp(datagram, out var length)) TakeRtp(datagram.AsSpan(0, length), now);
                else Assert.Equal(0, _receiver.Forged);
                break;
            case DatagramKind.Rtcp:
                Assert.True(_receiver.TryUnprotectRtcp(datagram, out length));
                Note(datagram.AsSpan(0, length), now);
                Assert.True(RtcpCompound.TryRead(datagram.AsSpan(0, length), out var compound));
                foreach (var packet in compound) TakeRtcp(packet, now);
                break;
        }
    }

    void Note(ReadOnlySpan<byte> plain, long now)
    {
        var trace = (Trace ^ (ulong)now) * 1099511628211;
        foreach (var each in plain) trace = (trace ^ each) * 1099511628211;
        Trace = trace;
    }

    void TakeRtp(ReadOnlySpan<byte> plain, long now)
    {
        Note(plain, now);
        Assert.True(RtpPacket.TryRead(plain, out var packet));
        Assert.True(packet.TryGetExtension(MediaLayout.AbsSendTimeExtension, out _));
        Assert.True(packet.TryGetExtension(MediaLayout.TransportSequenceExtension, out var number));
        if (Reports && _arrivals.Add(BinaryPrimitives.ReadUInt16BigEndian(number), now)) _reportAt = now + ArrivalLog.Interval;
        var payload = packet.Payload;
        if (packet.PayloadType == 97 && payload.IsEmpty)
        {
            Padding++;
            return;
        }
        var (ssrc, sequence) = (packet.Ssrc, packet.SequenceNumber);
        var isRepair = packet.PayloadType == 97;
        if (isRepair)
        {
            ssrc -= 0x1000_0000;
            sequence = BinaryPrimitives.ReadUInt16BigEndian(payload);
            payload = payload[2..];
        }
        var isSound = packet.PayloadType is 111 or 63;
        if (isSound)
        {
            if (packet.PayloadType == 63)
            {
                Repeated.Add(payload[7] << 8 | payload[8]);
                payload = payload[9..];
            }
            Sounds.Add((packet.PayloadType, payload[2] << 8 | payload[3]));
        }
        if (isSound) Assert.True(packet.TryGetExtension(MediaLayout.AudioLevelExtension, out var level) && level[0] >= 0x80);
        On(ssrc).Add(sequence, packet.Timestamp, packet.Marker, payload, !isSound, isRepair, now);
    }

    // As libWebRTC does; without it the node does not know what the path carries.
    void Report()
    {
        _reportAt = long.MaxValue;
        for (var i = 0; i < 8 && _arrivals.HasNews; i++)
            if (_arrivals.Write(_report, AudioSsrc, 1) is > 0 and var length) SendRtcp(_report.AsSpan(0, length));
    }

    // Keeps its camera to what it is asked for, as an encoder would.
    void Obey(ulong bitsPerSecond)
    {
        Remb = bitsPerSecond;
        Camera.PacketBytes = (int)ulong.Clamp(bitsPerSecond / (8 * 30 * Camera.PacketsPerFrame), 60, 400);
    }

    void TakeRtcp(RtcpPacket packet, long now)
    {
        if (Nack.TryRead(packet, out var nack))
        {
            NacksGot++;
            var camera = Of(nack.MediaSsrc);
            if (AsksAgain)
                foreach (var sequence in nack) Repeat(camera, sequence);
        }
        else if (Pli.TryRead(packet, out var ssrc))
        {
            PlisAt.Add(now);
            Of(ssrc).WantsKeyFrame = true;
        }
        else if (TransportFeedback.TryRead(packet, out var feedback))
        {
            TransportReports++;
            foreach (var status in feedback)
                if (status.Received) TransportReceived.Add(status.Sequence);
                else TransportLost++;
        }
        else if (FirstRing.Media.Rtc.Rtcp.Remb.TryRead(packet, out var remb)) Obey(remb.Bitrate);
        else if (SenderReport.TryRead(packet, out var sent)) SenderReports.Add((sent.Ssrc, sent.RtpTime, sent.NtpTime));
        else if (ReceiverReport.TryRead(packet, out var received))
            for (var i = 0; i < received.Blocks.Count; i++) Blocks.Add(received.Blocks[i]);
    }

    void Repeat(Camera camera, ushort sequence)
    {
        if (!camera.Sent.TryGetValue(sequence, out var packet)) return;
        var payload = new byte[2 + packet.Payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, sequence);
        packet.Payload.CopyTo(payload, 2);
        SendRtp(packet.Marker, 97, camera.RtxSequence++, packet.Timestamp, camera.RtxSsrc, payload, "cam", Rid(camera));
    }

    void AskForMissing(long now)
    {
        foreach (var (ssrc, got) in Got)
        {
            if (got.Packets.Count == 0 || ssrc >> 28 == 1) continue;
            var due = new List<ushort>();
            foreach (var gap in got.Gaps())
            {
                var (askAt, times) = got.Asked.TryGetValue(gap, out var asked) ? asked : (now + 20_000, 0);
                if (askAt <= now && times < 10)
                {
                    due.Add((ushort)gap);
                    (askAt, times) = (now + 100_000, times + 1);
                }
                got.Asked[gap] = (askAt, times);
            }
            if (due.Count == 0) continue;
            var packet = new byte[1000];
            SendRtcp(packet.AsSpan(0, Nack.Write(packet, AudioSsrc, ssrc, due.ToArray(), out _)));
        }
    }
}

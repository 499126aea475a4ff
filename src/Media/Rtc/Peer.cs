using System.Security.Cryptography;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Streams;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc;

/// <summary>
/// One WebRTC connection, without socket, clock, thread or lock: datagrams, messages and time (µs of one monotonic clock) in; datagrams through the batch
/// and the next deadline out. Owned by one thread. Nothing that comes in throws; what makes no sense is counted and dropped.
/// </summary>
public sealed class Peer : IDisposable
{
    const long ReportInterval = 1_000_000;

    readonly IDtlsServer _dtls;
    readonly IDtlsSink _dtlsSink;
    readonly Deadline _deadline = new();
    IDtlsAssociation? _association;
    SrtpReceiver? _receiver;
    SrtpSender? _sender;
    byte[]? _certificate; // fingerprint of what DTLS showed
    byte[]? _announced;   // fingerprint that came by signaling
    long _reportAt = long.MaxValue;

    /// <summary>A peer with the ICE fragment and password of its offer, in ASCII. What DTLS says goes to the sink, on foreign threads.</summary>
    public Peer(ReadOnlySpan<byte> ufrag, ReadOnlySpan<byte> password, IDtlsServer dtls, IDtlsSink dtlsSink)
    {
        (_dtls, _dtlsSink) = (dtls, dtlsSink);
        Ice = new IceLiteAgent(ufrag, password);
        Uplink = new Uplink(_deadline, Counters);
        Downlink = new Downlink(_deadline, Counters);
    }

    /// <summary>How far it has come.</summary>
    public PeerState State { get; private set; }
    /// <summary>Its media may reach others, and theirs it.</summary>
    public bool IsAdmitted { get; private set; }
    /// <summary>Media passes both ways.</summary>
    public bool IsForwarding => IsAdmitted && State is (PeerState.Connected or PeerState.Disconnected);
    /// <summary>It is over and will not come back.</summary>
    public bool IsOver => State is PeerState.Failed or PeerState.Closed;
    /// <summary>Its paths.</summary>
    public IceLiteAgent Ice { get; }
    /// <summary>What it sends.</summary>
    public Uplink Uplink { get; }
    /// <summary>What it is sent.</summary>
    public Downlink Downlink { get; }
    /// <summary>What happened.</summary>
    public PeerCounters Counters { get; } = new();
    /// <summary>When to call <see cref="HandleTimeout"/> (µs).</summary>
    public long NextDeadline => _deadline.At;

    /// <summary>Takes a Binding request with this peer's fragment and a valid FINGERPRINT.</summary>
    public IceOutcome HandleStun(in StunMessage request, in RemoteAddress from, long now, SendBatch outgoing)
    {
        if (IsOver) return default;
        var before = Ice.IsValidated ? Ice.Selected : default;
        var outcome = Ice.HandleRequest(request, from, now, outgoing.Rent(), out var length);
        if (length > 0) outgoing.Commit(length, from);
        if (!outcome.Authenticated) return outcome;
        if (before != default && before != Ice.Selected) Counters.AddressChanges++;
        if (before != Ice.Selected) Downlink.OnPath(Ice.Selected, now);
        if (State == PeerState.New) State = PeerState.IceValidated;
        else if (State == PeerState.Disconnected) State = PeerState.Connected;
        _deadline.NoLaterThan(now + IceLiteAgent.DisconnectedAfter);
        return outcome;
    }

    /// <summary>
    /// Takes a DTLS, RTP or RTCP datagram and decrypts it in place. True when <paramref name="media"/> is to be forwarded: it then points into the datagram.
    /// </summary>
    public bool HandleDatagram(DatagramKind kind, Span<byte> datagram, in RemoteAddress from, long now, SendBatch outgoing, out MediaPacket media)
    {
        media = default;
        if (IsOver) return false;
        if (!Ice.Knows(from))
        {
            Counters.Early++;
            return false;
        }
        switch (kind)
        {
            case DatagramKind.Dtls:
                (_association ??= _dtls.Open(_dtlsSink)).Push(datagram);
                return false;
            case DatagramKind.Rtp:
                return HandleRtp(datagram, now, out media);
            case DatagramKind.Rtcp:
                HandleRtcp(datagram, now, outgoing);
                return false;
            default:
                Counters.Malformed++;
                return false;
        }
    }

    /// <summary>Sends what DTLS wants sent, by the current path.</summary>
    public void SendDtls(ReadOnlySpan<byte> datagram, SendBatch outgoing)
    {
        if (!Ice.IsValidated || datagram.Length > SendBatch.SlotBytes) return;
        datagram.CopyTo(outgoing.Rent());
        outgoing.Commit(datagram.Length, Ice.Selected);
    }

    /// <summary>The handshake is done. Keys of another certificate than the announced one never carry media.</summary>
    public void DtlsConnected(DtlsKeys keys, long now)
    {
        if (IsOver || _receiver is not null) return;
        var profile = (SrtpProfile)keys.Profile;
        var (key, salt) = (SrtpProfiles.KeyLength, profile.SaltLength());
        if (profile is not (SrtpProfile.AeadAes128Gcm or SrtpProfile.Aes128CmHmacSha1_80) || keys.Material.Length != 2 * (key + salt))
        {
            Fail();
            return;
        }
        // RFC 5764 §4.2: client key, server key, client salt, server salt. The page is the client.
        var material = keys.Material.AsSpan();
        _receiver = new SrtpReceiver(profile, material[..key], material.Slice(2 * key, salt));
        _sender = new SrtpSender(profile, material.Slice(key, key), material.Slice(2 * key + salt, salt));
        CryptographicOperations.ZeroMemory(material);
        _certificate = keys.PeerFingerprint;
        State = PeerState.DtlsDone;
        Connect(now);
    }

    /// <summary>The handshake failed.</summary>
    public void DtlsFailed()
    {
        if (!IsOver) Fail();
    }

    /// <summary>The page said close_notify.</summary>
    public void DtlsClosed()
    {
        if (!IsOver) End(PeerState.Closed);
    }

    /// <summary>The page's answer came by signaling. A second one that names another certificate ends the peer.</summary>
    public void ApplyAnswer(SdpAnswer answer, long now)
    {
        if (IsOver) return;
        if (_announced is not null && !answer.Fingerprint.Span.SequenceEqual(_announced))
        {
            Fail();
            return;
        }
        _announced = answer.Fingerprint.ToArray();
        Uplink.Expect(answer);
        Downlink.Expect(answer);
        Connect(now);
    }

    /// <summary>From now on media may flow to and from others.</summary>
    public void Admit() => IsAdmitted = true;

    /// <summary>Asks the page to keep to a bitrate (bit/s); 0 lifts the limit.</summary>
    public void LimitTo(long bitsPerSecond, long now)
    {
        if (Uplink.Limit.Set(bitsPerSecond)) _deadline.NoLaterThan(now);
    }

    /// <summary>A TCP connection has ended: a path less, no more. Without any the peer is disconnected until a check proves another.</summary>
    public void PathGone(in RemoteAddress path, long now)
    {
        var before = Ice.Selected;
        Ice.Forget(path);
        if (State == PeerState.Connected && !Ice.IsValidated) State = PeerState.Disconnected;
        if (Ice.IsValidated && before != Ice.Selected) Downlink.OnPath(Ice.Selected, now);
    }

    /// <summary>Does what is due: requests, feedback, reports, and the watch over consent.</summary>
    public void HandleTimeout(long now, SendBatch outgoing)
    {
        _deadline.Clear();
        if (IsOver) return;
        if (now - Ice.LastCheck >= IceLiteAgent.FailedAfter)
        {
            Fail();
            return;
        }
        if (State == PeerState.Connected && now - Ice.LastCheck >= IceLiteAgent.DisconnectedAfter) State = PeerState.Disconnected;
        _deadline.NoLaterThan(Ice.LastCheck + (now - Ice.LastCheck >= IceLiteAgent.DisconnectedAfter ? IceLiteAgent.FailedAfter : IceLiteAgent.DisconnectedAfter));
        if (State != PeerState.Connected || _sender is null) return;

        Span<byte> buffer = stackalloc byte[RtcpBatch.BufferLength];
        var batch = new RtcpBatch(buffer, _sender, outgoing, Ice.Selected);
        if (_reportAt <= now)
        {
            _reportAt = now + ReportInterval;
            Uplink.WriteReport(ref batch, now);
            if (IsAdmitted) Downlink.WriteReports(ref batch, now);
        }
        Uplink.WriteFeedback(ref batch, Downlink.RoundTrip, now);
        batch.Flush();
        if (IsAdmitted) Downlink.Advance(now, _sender, outgoing, Ice.Selected);
        _deadline.NoLaterThan(_reportAt);
    }

    /// <summary>Sends a publisher's packet on by one of this peer's slots, if media may flow to it.</summary>
    public void Send(SendStream slot, in MediaPacket packet, long now, SendBatch outgoing)
    {
        // Without consent nothing is sent (RFC 7675 §5.1).
        if (!IsAdmitted || State != PeerState.Connected) return;
        var path = Ice.Selected;
        if (path.IsTcp && slot.Kind != MediaKind.Audio && slot.Hold(!outgoing.TakesPictures(path), now)) return;
        Downlink.Send(slot, packet, now, _sender!, outgoing, path);
    }

    /// <summary>Tells the page and ends.</summary>
    public void Close()
    {
        if (!IsOver) End(PeerState.Closed);
    }

    /// <summary>Frees the keys. The peer is over.</summary>
    public void Dispose() => Close();

    bool HandleRtp(Span<byte> datagram, long now, out MediaPacket media)
    {
        media = default;
        if (!MayReceive) return false;
        if (!_receiver!.TryUnprotectRtp(datagram, out var length))
        {
            Counters.AuthenticationFailures++;
            return false;
        }
        Counters.PacketsIn++;
        Counters.BytesIn += datagram.Length;
        return Uplink.Receive(datagram[..length], IsAdmitted, now, out media) && IsAdmitted;
    }

    void HandleRtcp(Span<byte> datagram, long now, SendBatch outgoing)
    {
        if (!MayReceive) return;
        if (!_receiver!.TryUnprotectRtcp(datagram, out var length))
        {
            Counters.AuthenticationFailures++;
            return;
        }
        if (!RtcpCompound.TryRead(datagram[..length], out var compound))
        {
            Counters.Malformed++;
            return;
        }
        foreach (var packet in compound) Take(packet, now, outgoing);
    }

    bool MayReceive
    {
        get
        {
            if (State is PeerState.Connected or PeerState.Disconnected) return true;
            Counters.Early++;
            return false;
        }
    }

    void Take(RtcpPacket packet, long now, SendBatch outgoing)
    {
        if (SenderReport.TryRead(packet, out var sent))
        {
            Uplink.OnSenderReport(sent, now);
            Downlink.OnReports(sent.Blocks, now);
        }
        else if (ReceiverReport.TryRead(packet, out var received)) Downlink.OnReports(received.Blocks, now);
        else if (Nack.TryRead(packet, out var nack))
        {
            if (IsAdmitted && State == PeerState.Connected) Downlink.OnNack(nack, now, _sender!, outgoing, Ice.Selected);
        }
        else if (Pli.TryRead(packet, out var ssrc)) Downlink.OnKeyFrameRequest(ssrc, now);
        else if (Fir.TryRead(packet, out var fir))
        {
            for (var i = 0; i < int.Min(fir.Count, Downlink.Streams.Length); i++) Downlink.OnKeyFrameRequest(fir[i].MediaSsrc, now);
        }
        else if (TransportFeedback.TryRead(packet, out var feedback)) Downlink.OnFeedback(feedback, now);
        else if (packet.Type is not (RtcpPacketType.SourceDescription or RtcpPacketType.Bye or RtcpPacketType.ExtendedReport) && !Remb.TryRead(packet, out _)) Counters.Malformed++;
    }

    // Whichever comes last, keys or answer.
    void Connect(long now)
    {
        if (State != PeerState.DtlsDone || _announced is null || _certificate is null) return;
        if (!CryptographicOperations.FixedTimeEquals(_announced, _certificate))
        {
            Fail();
            return;
        }
        State = PeerState.Connected;
        _reportAt = now + ReportInterval;
        _deadline.NoLaterThan(_reportAt);
    }

    void Fail() => End(PeerState.Failed);

    void End(PeerState state)
    {
        State = state;
        _association?.Close();
        _receiver?.Dispose();
        _sender?.Dispose();
    }
}

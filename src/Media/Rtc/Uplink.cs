using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Rtc;

/// <summary>What one peer sends us: finds out which stream a packet belongs to, undoes retransmission, and says what is missing.</summary>
public sealed class Uplink
{
    readonly Deadline _deadline;
    readonly PeerCounters _counters;
    readonly ArrivalLog _arrivals = new();
    uint _videoRtx, _screenRtx;
    bool _hasVideoRtx, _hasScreenRtx;
    bool _mayShareScreen = true;
    long _feedbackAt = long.MaxValue;

    internal Uplink(Deadline deadline, PeerCounters counters)
    {
        (_deadline, _counters) = (deadline, counters);
        Audio = new ReceiveStream(MediaKind.Audio, deadline);
        Video = new ReceiveStream(MediaKind.Video, deadline);
        Screen = new ReceiveStream(MediaKind.Screen, deadline);
    }

    /// <summary>The microphone.</summary>
    public ReceiveStream Audio { get; }
    /// <summary>The camera.</summary>
    public ReceiveStream Video { get; }
    /// <summary>The shared screen.</summary>
    public ReceiveStream Screen { get; }
    /// <summary>What the page is asked to keep to.</summary>
    public PublisherLimit Limit { get; } = new();

    /// <summary>One of the three.</summary>
    public ReceiveStream this[MediaKind kind] => kind switch { MediaKind.Audio => Audio, MediaKind.Video => Video, _ => Screen };

    internal void Expect(SdpAnswer answer)
    {
        if (answer.Find(MediaLayout.MicrophoneMid) is { Ssrcs: [var microphone, ..] }) Audio.Identify(microphone);
        var camera = answer.Find(MediaLayout.CameraMid);
        if (camera is not null) Expect(Video, camera, ref _videoRtx, ref _hasVideoRtx);
        var screen = answer.Find(MediaLayout.ScreenMid);
        if (screen is not null) Expect(Screen, screen, ref _screenRtx, ref _hasScreenRtx);
        _mayShareScreen = screen is { IsRejected: false, Direction: SdpDirection.SendOnly or SdpDirection.SendReceive };
    }

    static void Expect(ReceiveStream stream, SdpMedia media, ref uint rtx, ref bool hasRtx)
    {
        if (media.Repairs is [var repair, ..])
        {
            stream.Identify(repair.Ssrc);
            (rtx, hasRtx) = (repair.RtxSsrc, true);
        }
        else if (media.Ssrcs is [var ssrc, ..]) stream.Identify(ssrc);
    }

    // Takes a decrypted packet. True when it is new and belongs to a stream: then others may have it.
    internal bool Receive(Span<byte> plain, bool keep, long now, out MediaPacket media)
    {
        media = default;
        if (!RtpPacket.TryRead(plain, out var packet))
        {
            _counters.Malformed++;
            return false;
        }
        if (packet.TryGetExtension(MediaLayout.TransportSequenceExtension, out var value) && TransportSequence.TryRead(value, out var number)
            && _arrivals.Add(number, now))
        {
            _feedbackAt = now + ArrivalLog.Interval;
            _deadline.NoLaterThan(_feedbackAt);
        }
        if (Find(packet) is not { } stream)
        {
            _counters.UnknownSsrc++;
            return false;
        }
        var payload = plain[packet.HeaderLength..^packet.PaddingLength];
        var (sequenceNumber, payloadType) = (packet.SequenceNumber, (int)packet.PayloadType);
        var isRepair = !stream.Is(packet.Ssrc);
        if (isRepair)
        {
            payloadType = MediaLayout.RepairedPayload(payloadType);
            // RFC 4588 §4: the original number comes first. Without it, or with nothing behind it, it is a bandwidth probe.
            if (payload.Length <= 2 || payloadType < 0) return false;
            sequenceNumber = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(payload);
            payload = payload[2..];
        }
        if (!IsOffered(stream.Kind, payloadType))
        {
            _counters.Malformed++;
            return false;
        }
        var repeated = 0;
        if (payloadType == MediaLayout.RedPayload && !payload.IsEmpty && (!Red.TryFindPrimary(payload, out repeated, out var primary) || primary != MediaLayout.OpusPayload))
        {
            _counters.Malformed++;
            return false;
        }
        if (!stream.Accept(sequenceNumber, packet.Timestamp, isRepair, now, out var sequence)) return false;

        media.Source = stream;
        media.Sequence = sequence;
        media.Timestamp = packet.Timestamp;
        media.Payload = payload;
        media.PayloadType = (byte)payloadType;
        media.Marker = packet.Marker;
        media.Repeated = repeated;
        media.Arrived = plain;
        media.IsRepair = isRepair;
        media.AudioLevel = -1;
        if (repeated > 0) _counters.RepeatedIn++;
        if (stream.Kind != MediaKind.Audio) media.ReadCodec();
        else if (packet.TryGetExtension(MediaLayout.AudioLevelExtension, out var level)) media.AudioLevel = level[0];
        if (payloadType == MediaLayout.OpusPayload) (stream.Sound ??= new SoundMemory()).Repeat(ref media);
        stream.Take(media, keep, now);
        return true;
    }

    static bool IsOffered(MediaKind kind, int payloadType) => kind == MediaKind.Audio
        ? MediaLayout.IsSound(payloadType)
        : payloadType is MediaLayout.Vp8Payload or MediaLayout.H264Payload;

    // By SSRC; else by mid, which is learnt from the first packets; else by a payload type that only one stream can have.
    ReceiveStream? Find(in RtpPacket packet)
    {
        var ssrc = packet.Ssrc;
        if (Audio.Is(ssrc)) return Audio;
        if (Video.Is(ssrc) || (_hasVideoRtx && ssrc == _videoRtx)) return Video;
        if (Screen.Is(ssrc) || (_hasScreenRtx && ssrc == _screenRtx)) return Screen;

        var isRtx = MediaLayout.RepairedPayload(packet.PayloadType) >= 0;
        if (packet.TryGetExtension(MediaLayout.MidExtension, out var value) && Mid.TryRead(value, out var mid))
            return MediaLayout.TryFindSource(mid, out var kind) ? Learn(this[kind], ssrc, isRtx) : null;
        if (MediaLayout.IsSound(packet.PayloadType) && !Audio.IsKnown) return Learn(Audio, ssrc, isRtx);
        var isVideo = packet.PayloadType is MediaLayout.Vp8Payload or MediaLayout.H264Payload;
        return isVideo && !_mayShareScreen && !Video.IsKnown ? Learn(Video, ssrc, isRtx) : null;
    }

    ReceiveStream? Learn(ReceiveStream stream, uint ssrc, bool isRtx)
    {
        if (!isRtx) stream.Identify(ssrc);
        else if (stream.Kind == MediaKind.Video) (_videoRtx, _hasVideoRtx) = (ssrc, true);
        else if (stream.Kind == MediaKind.Screen) (_screenRtx, _hasScreenRtx) = (ssrc, true);
        else return null;
        return stream;
    }

    internal void OnSenderReport(in SenderReport report, long now)
    {
        foreach (var stream in (ReadOnlySpan<ReceiveStream>)[Audio, Video, Screen])
            if (stream.Is(report.Ssrc))
                stream.OnSenderReport(report, now);
    }

    // What is missing, wanted and arrived, as far as it is due.
    internal void WriteFeedback(ref RtcpBatch batch, long roundTrip, long now)
    {
        WriteRequests(ref batch, Video, roundTrip, now);
        WriteRequests(ref batch, Screen, roundTrip, now);
        if (Limit.TakeDue(now))
        {
            Span<uint> sources = [Video.Ssrc, Screen.Ssrc];
            batch.Add(Remb.Write(batch.Room, MediaLayout.ServerSsrc, (ulong)Limit.BitsPerSecond, sources[..(Screen.IsKnown ? 2 : 1)]));
        }
        if (_feedbackAt > now)
        {
            _deadline.NoLaterThan(_feedbackAt);
            return;
        }
        _feedbackAt = long.MaxValue;
        for (var i = 0; i < 8 && _arrivals.HasNews; i++)
        {
            batch.Add(_arrivals.Write(batch.Room, MediaLayout.ServerSsrc, Video.Ssrc));
            // It may end in padding, which only the last packet of a datagram may (RFC 3550 §6.4.1).
            batch.Flush();
        }
    }

    void WriteRequests(ref RtcpBatch batch, ReceiveStream stream, long roundTrip, long now)
    {
        if (!stream.IsKnown) return;
        if (stream.Missing is { Count: > 0 } missing)
        {
            Span<ushort> due = stackalloc ushort[64];
            var count = missing.NextAsk <= now ? missing.Collect(now, roundTrip, due) : 0;
            if (count > 0)
            {
                batch.Add(Nack.Write(batch.Room, MediaLayout.ServerSsrc, stream.Ssrc, due[..count], out var written));
                _counters.NacksOut += written;
            }
            _deadline.NoLaterThan(missing.NextAsk);
        }
        if (stream.KeyFrames.TakeDue(now, roundTrip))
        {
            batch.Add(Pli.Write(batch.Room, MediaLayout.ServerSsrc, stream.Ssrc));
            _counters.PlisOut++;
        }
    }

    // The receiver report of everything that came since the beginning.
    internal void WriteReport(ref RtcpBatch batch, long now)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[3];
        var count = 0;
        foreach (var stream in (ReadOnlySpan<ReceiveStream>)[Audio, Video, Screen])
            if (stream.IsKnown && stream.Statistics.Expected > 0)
                blocks[count++] = stream.Report(now);
        batch.Add(ReceiverReport.Write(batch.Room, MediaLayout.ServerSsrc, blocks[..count]));
        batch.Add(Sdes.WriteCname(batch.Room, MediaLayout.ServerSsrc, "firstring"u8));
    }
}

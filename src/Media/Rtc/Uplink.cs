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
    const int MostPictures = LayerRates.Sizes + 1;

    readonly Deadline _deadline;
    readonly PeerCounters _counters;
    readonly ArrivalLog _arrivals = new();
    bool _mayShareScreen = true;
    long _feedbackAt = long.MaxValue;

    internal Uplink(Deadline deadline, PeerCounters counters)
    {
        (_deadline, _counters) = (deadline, counters);
        Audio = new Track(MediaKind.Audio, deadline);
        Video = new Track(MediaKind.Video, deadline);
        Screen = new Track(MediaKind.Screen, deadline);
    }

    /// <summary>The microphone.</summary>
    public Track Audio { get; }
    /// <summary>The camera.</summary>
    public Track Video { get; }
    /// <summary>The shared screen.</summary>
    public Track Screen { get; }
    /// <summary>What the page is asked to keep to.</summary>
    public PublisherLimit Limit { get; } = new();

    /// <summary>One of the three.</summary>
    public Track this[MediaKind kind] => kind switch { MediaKind.Audio => Audio, MediaKind.Video => Video, _ => Screen };

    internal void Expect(SdpAnswer answer)
    {
        if (answer.Find(MediaLayout.MicrophoneMid) is { Ssrcs: [var microphone, ..] }) Audio.Main.Identify(microphone);
        // With several sizes no SSRC is announced: they are told by their rids, and their first packets say so.
        if (answer.Find(MediaLayout.CameraMid) is { } camera) Expect(Video.Main, camera);
        var screen = answer.Find(MediaLayout.ScreenMid);
        if (screen is not null) Expect(Screen.Main, screen);
        _mayShareScreen = screen is { IsRejected: false, Direction: SdpDirection.SendOnly or SdpDirection.SendReceive };
    }

    static void Expect(ReceiveStream stream, SdpMedia media)
    {
        if (media.Repairs is [var repair, ..])
        {
            stream.Identify(repair.Ssrc);
            stream.RepairBy(repair.RtxSsrc);
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

    // By SSRC; else by mid and rid, which are learnt from the first packets; else by a payload type that only one stream can have.
    ReceiveStream? Find(in RtpPacket packet)
    {
        var ssrc = packet.Ssrc;
        if ((Audio.Find(ssrc) ?? Video.Find(ssrc) ?? Screen.Find(ssrc)) is { } known) return known;

        var isRtx = MediaLayout.RepairedPayload(packet.PayloadType) >= 0;
        if (packet.TryGetExtension(MediaLayout.MidExtension, out var value) && Mid.TryRead(value, out var mid))
        {
            if (!MediaLayout.TryFindSource(mid, out var kind) || (isRtx && kind == MediaKind.Audio)) return null;
            var track = this[kind];
            return SizeOf(track, packet, isRtx) is var size and >= 0 ? Learn(track.At(size), ssrc, isRtx) : null;
        }
        if (MediaLayout.IsSound(packet.PayloadType) && !Audio.Main.IsKnown) return Learn(Audio.Main, ssrc, isRtx);
        var isVideo = packet.PayloadType is MediaLayout.Vp8Payload or MediaLayout.H264Payload;
        return isVideo && !_mayShareScreen && !Video.Main.IsKnown ? Learn(Video.Main, ssrc, isRtx) : null;
    }

    // By the rid, or by the rid that a stream of retransmissions repairs (RFC 8852 §3.2); −1 for one that was not offered.
    static int SizeOf(Track track, in RtpPacket packet, bool isRtx) =>
        !packet.TryGetExtension(isRtx ? MediaLayout.RepairedRidExtension : MediaLayout.RidExtension, out var value) ? track.Layers.Length - 1
        : track.Layers.Length > 1 && Rid.TryRead(value, out var rid) ? MediaLayout.SizeOf(rid)
        : -1;

    static ReceiveStream Learn(ReceiveStream stream, uint ssrc, bool isRtx)
    {
        if (isRtx) stream.RepairBy(ssrc);
        else stream.Identify(ssrc);
        return stream;
    }

    internal void OnSenderReport(in SenderReport report, long now)
    {
        foreach (var track in (ReadOnlySpan<Track>)[Audio, Video, Screen])
            if (track.Find(report.Ssrc) is { } stream && stream.Is(report.Ssrc))
                stream.OnSenderReport(report, now);
    }

    // What is missing, wanted and arrived, as far as it is due.
    internal void WriteFeedback(ref RtcpBatch batch, long roundTrip, long now)
    {
        var pictures = new Pictures(this);
        while (pictures.MoveNext()) WriteRequests(ref batch, pictures.Current, roundTrip, now);
        if (Limit.TakeDue(now)) WriteLimit(ref batch);
        if (_feedbackAt > now)
        {
            _deadline.NoLaterThan(_feedbackAt);
            return;
        }
        _feedbackAt = long.MaxValue;
        for (var i = 0; i < 8 && _arrivals.HasNews; i++)
        {
            batch.Add(_arrivals.Write(batch.Room, MediaLayout.ServerSsrc, Video.Main.Ssrc));
            // It may end in padding, which only the last packet of a datagram may (RFC 3550 §6.4.1).
            batch.Flush();
        }
    }

    void WriteLimit(ref RtcpBatch batch)
    {
        Span<uint> sources = stackalloc uint[MostPictures];
        var count = 0;
        var pictures = new Pictures(this);
        while (pictures.MoveNext()) sources[count++] = pictures.Current.Ssrc;
        batch.Add(Remb.Write(batch.Room, MediaLayout.ServerSsrc, (ulong)Limit.BitsPerSecond, sources[..count]));
    }

    // Its streams of pictures, as far as they are known.
    ref struct Pictures(Uplink uplink)
    {
        int _next;

        internal ReceiveStream Current { get; private set; } = null!;

        internal bool MoveNext()
        {
            while (_next < MostPictures)
            {
                var stream = _next < LayerRates.Sizes ? uplink.Video.Layers[_next] : uplink.Screen.Main;
                _next++;
                if (stream is not { IsKnown: true }) continue;
                Current = stream;
                return true;
            }
            return false;
        }
    }

    void WriteRequests(ref RtcpBatch batch, ReceiveStream stream, long roundTrip, long now)
    {
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
        Span<ReportBlock> blocks = stackalloc ReportBlock[1 + MostPictures];
        var count = 0;
        if (Audio.Main is { IsKnown: true, Statistics.Expected: > 0 } sound) blocks[count++] = sound.Report(now);
        var pictures = new Pictures(this);
        while (pictures.MoveNext())
            if (pictures.Current.Statistics.Expected > 0)
                blocks[count++] = pictures.Current.Report(now);
        batch.Add(ReceiverReport.Write(batch.Room, MediaLayout.ServerSsrc, blocks[..count]));
        batch.Add(Sdes.WriteCname(batch.Room, MediaLayout.ServerSsrc, "firstring"u8));
    }
}

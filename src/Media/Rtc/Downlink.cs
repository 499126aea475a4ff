using System.Buffers.Binary;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Rtc;

/// <summary>What we send one peer: the eleven slots of its offer, their reports, and the resends it asks for.</summary>
public sealed class Downlink
{
    // Until a round trip is known; also what NACK spacing starts from.
    internal const long DefaultRoundTrip = 100_000;
    const int LongestHeader = 28;
    // One Opus stream with its headers, and with its sound repeated (bit/s).
    const long PlainSoundRate = 50_000, RepeatedSoundRate = 90_000;
    const long PictureRate = 2_500_000;   // of a camera or a screen at its best (bit/s)
    const long EstimateInterval = 50_000; // at most so often by itself (µs); each report asks it too
    const long Turns = 5_000;             // between looks at what waits (µs)

    // A packet that waits for its turn: where it lies, and under which numbers it leaves. They stay its own when the slot gets another source meanwhile.
    readonly record struct Waiting(SendStream Stream, ReceiveStream Source, int Epoch, long Number, ushort Sequence, uint Timestamp, (ushort Id, byte Tl0) Picture);

    readonly PeerCounters _counters;
    readonly Deadline _deadline;
    readonly Pacer<Waiting> _pacer = new();
    readonly Allocation _allocation = new();
    long _estimateAt;
    bool _takesRepeated; // sound, says the page
    bool _repeats;       // and the path has room for it
    readonly SendStream[] _streams = new SendStream[2 * MediaLayout.Slots + 1];

    internal Downlink(Deadline deadline, PeerCounters counters)
    {
        (_deadline, _counters) = (deadline, counters);
        for (var slot = 0; slot < MediaLayout.Slots; slot++)
        {
            _streams[slot] = new SendStream(MediaKind.Audio, MediaLayout.AudioSsrc(slot), 0);
            _streams[MediaLayout.Slots + slot] = new SendStream(MediaKind.Video, MediaLayout.VideoSsrc(slot), MediaLayout.VideoRtxSsrc(slot));
        }
        _streams[^1] = new SendStream(MediaKind.Screen, MediaLayout.ScreenSsrc, MediaLayout.ScreenRtxSsrc);
    }

    /// <summary>All slots.</summary>
    public ReadOnlySpan<SendStream> Streams => _streams;

    /// <summary>A slot; the screen has one only.</summary>
    public SendStream this[MediaKind kind, int slot] => kind switch
    {
        MediaKind.Audio => _streams[slot],
        MediaKind.Video => _streams[MediaLayout.Slots + slot],
        _ => _streams[^1],
    };

    /// <summary>What the path carries.</summary>
    public SendSideEstimate Estimate { get; } = new();

    /// <summary>Packets wait for their turn: the clock should be looked at each millisecond.</summary>
    public bool IsPacing => _pacer.IsBusy;

    /// <summary>One voice as it is sent (bit/s).</summary>
    public long SoundRate => _repeats ? RepeatedSoundRate : PlainSoundRate;

    internal void Expect(SdpAnswer answer) => _repeats = _takesRepeated =
        answer.Find(MediaLayout.MidOf(MediaKind.Audio, 0)) is { } slot && slot.Codecs.Any(codec => codec is { PayloadType: MediaLayout.RedPayload, Name: "red" });

    internal long RoundTrip => _counters.RoundTrip < 0 ? DefaultRoundTrip : _counters.RoundTrip;

    // The fan-out: a header of this subscriber's own and one encryption of the shared payload, straight into the outgoing slot. What is too much for the
    // path now waits in the pacer, as a number: it is read from the publisher's cache when its turn comes.
    internal void Send(SendStream stream, in MediaPacket packet, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        if (!stream.TryNumber(packet, now, out var sequence, out var timestamp)) return;
        if (stream.Kind != MediaKind.Audio && Paces && !_pacer.MayPass(now))
        {
            var waiting = new Waiting(stream, packet.Source, packet.Source.Epoch, packet.Sequence, sequence, timestamp, stream.PictureOf(packet.Picture));
            Queue(PacketClass.Video, waiting, packet.Payload.Length, now);
            return;
        }
        stream.PutPicture(packet.Picture, packet.Payload);
        // Who cannot read repeated sound, or has no room for it, gets the newest alone.
        var isPlain = packet.Repeated == 0 || !_repeats;
        var payload = isPlain ? packet.Payload[packet.Repeated..] : packet.Payload;
        var shape = new Shape(packet.Marker, packet.Repeated > 0 && isPlain ? MediaLayout.OpusPayload : packet.PayloadType, packet.AudioLevel);
        if (!Write(stream.Ssrc, sequence, timestamp, shape, payload, Turn.Now, now, srtp, outgoing, to)) return;
        Note(stream, payload.Length);
        if (!isPlain) _counters.RepeatedOut++;
    }

    // Whoever never reports is not judged: everything passes.
    bool Paces => Estimate.IsHeard;

    void Note(SendStream stream, int payloadBytes)
    {
        stream.Count(payloadBytes);
        _counters.Forwarded++;
    }

    void Queue(PacketClass kind, in Waiting waiting, int payloadBytes, long now)
    {
        if (!_pacer.TryAdd(kind, waiting, payloadBytes + LongestHeader, now)) _counters.Unsent++;
        _deadline.NoLaterThan(now + Turns);
    }

    // What makes a packet's header, but for the numbers.
    readonly record struct Shape(bool Marker, int PayloadType, short AudioLevel = -1, bool IsPadding = false);

    // Its place in the pacer's order: it passes now, or it has waited and was counted there, in a probe or not.
    readonly record struct Turn(bool Passes, byte Cluster)
    {
        internal static readonly Turn Now = new(true, 0);
    }

    bool Write(uint ssrc, ushort sequence, uint timestamp, in Shape shape, ReadOnlySpan<byte> payload, Turn turn, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        Span<byte> header = stackalloc byte[LongestHeader];
        RtpHeader.Write(header, shape.Marker, shape.PayloadType, sequence, timestamp, ssrc);
        if (shape.IsPadding) header[0] |= RtpHeader.PaddingBit;
        var extension = new RtpExtensionWriter(header);
        extension.TryReserve(MediaLayout.AbsSendTimeExtension, AbsSendTime.Length, out var time);
        AbsSendTime.Write(time, now);
        extension.TryReserve(MediaLayout.TransportSequenceExtension, TransportSequence.Length, out var number);
        if (shape.AudioLevel >= 0 && extension.TryReserve(MediaLayout.AudioLevelExtension, AudioLevel.Length, out var level)) level[0] = (byte)shape.AudioLevel;
        var headerLength = extension.Finish();
        var bytes = headerLength + payload.Length + srtp.TagLength;
        // Numbered here, where it goes to the socket: reports tell of what left.
        var isFirst = !Estimate.HasBegun;
        TransportSequence.Write(number, Estimate.OnSent(bytes, turn.Passes ? _pacer.Pass(bytes, now) : turn.Cluster, now));
        if (isFirst) _deadline.NoLaterThan(now);
        var length = srtp.ProtectRtp(header[..headerLength], payload, outgoing.Rent());
        if (length == 0) return false;
        outgoing.Commit(length, to);
        _counters.PacketsOut++;
        _counters.BytesOut += length;
        return true;
    }

    // Another path has been chosen.
    internal void OnPath(in RemoteAddress path, long now)
    {
        foreach (var stream in _streams) stream.OnPath(path.IsTcp, now);
    }

    // Does what has become due: the estimate's own time, probes, and what waits for its turn.
    internal void Advance(long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        if (!Estimate.HasBegun) return;
        if (_estimateAt <= now)
        {
            Estimate.Advance(now);
            _estimateAt = long.Max(Estimate.NextDeadline, now + EstimateInterval);
            _pacer.Target = Estimate.Target;
        }
        while (Estimate.TryTakeProbe(out var cluster)) _pacer.Probe(cluster);
        while (_pacer.TryTake(now, out var packet))
            if (packet.Class == PacketClass.Padding) WritePadding(packet, now, srtp, outgoing, to);
            else WriteWaiting(packet, now, srtp, outgoing, to);
        _deadline.NoLaterThan(_estimateAt);
        _deadline.NoLaterThan(_pacer.NextAt(now));
    }

    // The receiver of a stream of retransmissions drops what has no payload, but reports on it (libWebRTC's own probes do the same).
    void WritePadding(in PacedPacket<Waiting> packet, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        var stream = PaddedStream(now);
        Span<byte> padding = stackalloc byte[byte.MaxValue];
        padding = padding[..int.Clamp(packet.Bytes - LongestHeader, 1, byte.MaxValue)];
        padding.Clear();
        padding[^1] = (byte)padding.Length;
        Write(stream.RtxSsrc, stream.NextRtxSequence(), stream.LastTimestamp, new Shape(false, MediaLayout.Vp8RtxPayload, IsPadding: true), padding,
            new Turn(false, packet.Cluster), now, srtp, outgoing, to);
    }

    SendStream PaddedStream(long now)
    {
        foreach (var stream in _streams)
            if (stream.Kind != MediaKind.Audio && stream.Source is { } source && source.IsActive(now))
                return stream;
        return _streams[MediaLayout.Slots];
    }

    void WriteWaiting(in PacedPacket<Waiting> packet, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        var (stream, source, epoch, number, sequence, timestamp, numbers) = packet.Item;
        if (source.Epoch != epoch || source.Cache is not { } cache || !cache.TryFind(number, now, out var cached))
        {
            _counters.Unsent++;
            return;
        }
        var turn = new Turn(false, packet.Cluster);
        if (packet.Class == PacketClass.Retransmission)
        {
            WriteRepair(packet.Item, cached, turn, now, srtp, outgoing, to);
            return;
        }
        Span<byte> payload = stackalloc byte[cached.Payload.Length];
        cached.Payload.CopyTo(payload);
        if (PictureIn(cached) is { Length: > 0 } picture) picture.Rewrite(payload, numbers.Id, numbers.Tl0);
        if (Write(stream.Ssrc, sequence, timestamp, new Shape(cached.Marker, cached.PayloadType), payload, turn, now, srtp, outgoing, to)) Note(stream, payload.Length);
    }

    internal void OnFeedback(TransportFeedback feedback, long now)
    {
        Estimate.OnFeedback(feedback, now);
        _pacer.Target = Estimate.Target;
        _estimateAt = now;
        _deadline.NoLaterThan(now);
    }

    /// <summary>Decides anew what of each picture the path carries, and how much of the path can be of use. The speaker's comes before the others'.</summary>
    public void Allocate(Track? speaker, long now)
    {
        Span<StreamOffer> offers = stackalloc StreamOffer[2 * MediaLayout.Slots + 1];
        Span<LayerChoice> choices = stackalloc LayerChoice[offers.Length];
        var (count, useful, sound, voices) = (0, 0L, 0L, 0);
        for (var i = 0; i < _streams.Length; i++)
        {
            var stream = _streams[i];
            if (stream.Source is not { } source || !source.IsActive(now)) continue;
            if (stream.Kind == MediaKind.Audio)
            {
                offers[count++] = new StreamOffer(i, StreamRole.Audio, LayerRates.Of(SoundRate));
                sound += SoundRate;
                voices++;
                continue;
            }
            var role = stream.Kind == MediaKind.Screen ? StreamRole.Screen : ReferenceEquals(source, speaker) ? StreamRole.Speaker : StreamRole.Other;
            // What comes in one size can be had for less, for its publisher is told to; of several the measured ones are there to choose from.
            offers[count++] = new StreamOffer(i, role, source.IsLayered(now) ? source.Rates(now) : LayerRates.Of(PublisherLimit.Floor));
            useful += PictureRate;
        }
        // Not down to what one voice takes: the camera that comes on next should not begin from there.
        Estimate.LimitTo(long.Max(useful + sound, PictureRate));
        if (!Estimate.IsFounded(now)) return;
        _repeats = _takesRepeated && Estimate.Lasting >= voices * RepeatedSoundRate;
        _allocation.Decide(Estimate.Lasting, offers[..count], choices, now);
        var sent = sound;
        foreach (var choice in choices[..count])
        {
            var stream = _streams[choice.Stream];
            if (stream.Kind == MediaKind.Audio) continue;
            stream.Pause(choice.IsPaused, now);
            (stream.Rate, sent) = (choice.BitsPerSecond, sent + choice.BitsPerSecond);
            if (choice.IsPaused) continue;
            if (stream.Source!.IsLayered(now)) stream.Want(choice.Size, choice.FrameRate, now);
            else stream.Want(LayerRates.Sizes - 1, LayerRates.FrameRates - 1, now);
        }
        // One step more, and what the allocation wants to be left over.
        Estimate.AimAt(_allocation.Missing > 0 ? (sent + _allocation.Missing) * 5 / 4 : 0);
    }

    internal void OnNack(in Nack nack, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        if (Find(nack.MediaSsrc) is not { RtxSsrc: not 0 } stream) return;
        foreach (var sequence in nack)
        {
            _counters.NacksIn++;
            if (!stream.TryFindForResend(sequence, now, RoundTrip, out var packet, out var timestamp)) continue;
            var repair = new Waiting(stream, stream.Layer!, stream.Layer!.Epoch, packet.Number, sequence, timestamp, stream.PictureOf(PictureIn(packet)));
            if (Paces && !_pacer.MayPass(now)) Queue(PacketClass.Retransmission, repair, packet.Payload.Length, now);
            else WriteRepair(repair, packet, Turn.Now, now, srtp, outgoing, to);
        }
    }

    // RFC 4588 §4: the stream of retransmissions has its own SSRC and numbers, and the original number in front of the payload.
    void WriteRepair(in Waiting repair, in CachedPacket packet, Turn turn, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        Span<byte> payload = stackalloc byte[2 + packet.Payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, repair.Sequence);
        packet.Payload.CopyTo(payload[2..]);
        if (PictureIn(packet) is { Length: > 0 } picture) picture.Rewrite(payload[2..], repair.Picture.Id, repair.Picture.Tl0);
        var (stream, shape) = (repair.Stream, new Shape(packet.Marker, MediaLayout.RtxPayload(packet.PayloadType)));
        if (Write(stream.RtxSsrc, stream.NextRtxSequence(), repair.Timestamp, shape, payload, turn, now, srtp, outgoing, to)) _counters.Retransmitted++;
    }

    static Vp8Descriptor PictureIn(in CachedPacket packet) =>
        packet.PayloadType == MediaLayout.Vp8Payload && Vp8Descriptor.TryRead(packet.Payload, out var picture) ? picture : default;

    internal void OnKeyFrameRequest(uint ssrc, long now)
    {
        _counters.PlisIn++;
        if (Find(ssrc) is { Kind: not MediaKind.Audio, IsPaused: false } stream) stream.AskForKeyFrame(stream.Layer, now);
    }

    internal void OnReports(ReportBlocks blocks, long now)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            var roundTrip = Find(block.Ssrc)?.RoundTrip(block.LastSenderReport, block.DelaySinceLast, now) ?? -1;
            if (roundTrip < 0) continue;
            // RFC 6298's 1/8: steady enough for pacing requests.
            _counters.RoundTrip = _counters.RoundTrip < 0 ? roundTrip : (7 * _counters.RoundTrip + roundTrip) / 8;
        }
    }

    internal void WriteReports(ref RtcpBatch batch, long now)
    {
        foreach (var stream in _streams)
            if (stream.Source is { } source && source.IsActive(now) && stream.TryReport(now, out var clock))
                batch.Add(SenderReport.Write(batch.Room, stream.Ssrc, clock.Ntp, clock.Rtp, (uint)stream.Packets, (uint)stream.Octets));
    }

    SendStream? Find(uint ssrc)
    {
        foreach (var stream in _streams)
            if (stream.Ssrc == ssrc)
                return stream;
        return null;
    }
}

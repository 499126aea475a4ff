using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>
/// One slot of one subscriber: a fixed SSRC whose source may change hands, and of whose sizes and frame rates one is sent. Numbers, timestamps and picture
/// ids go on across the change, as if one encoder had never stopped.
/// </summary>
public sealed class SendStream
{
    readonly int _clockRate;
    SequenceMap _map;
    PictureNumbers _pictures;
    ResendLimits? _limits;
    ReceiveStream? _target; // the size that is wanted; null as long as any will do
    int _epoch;
    int _frameRate = Best, _wantedFrameRate = Best;
    uint _pictureAt; // the picture under way, by its timestamp
    bool _skipsPicture;
    bool _started, _everSent;
    bool _held;
    long _reliableFrom = long.MaxValue;
    long _highestIn;
    long _lastOut; // highest number sent, unwrapped; 0 before the first
    uint _lastTimestamp, _timestampOffset;
    long _lastSentAt;
    SentReport _report, _reportBefore;
    ushort _rtxSequence;

    const int Best = LayerRates.FrameRates - 1;

    readonly record struct SentReport(uint CompactNtp, long At);

    internal SendStream(MediaKind kind, uint ssrc, uint rtxSsrc)
    {
        (Kind, Ssrc, RtxSsrc) = (kind, ssrc, rtxSsrc);
        _clockRate = kind == MediaKind.Audio ? Opus.ClockRate : MediaLayout.VideoClockRate;
    }

    /// <summary>What it carries.</summary>
    public MediaKind Kind { get; }
    /// <summary>Its fixed SSRC.</summary>
    public uint Ssrc { get; }
    /// <summary>The SSRC of its retransmissions, 0 for audio.</summary>
    public uint RtxSsrc { get; }
    /// <summary>Whose packets it carries now.</summary>
    public Track? Source { get; private set; }
    /// <summary>The size of it that was sent last.</summary>
    public ReceiveStream? Layer { get; private set; }
    /// <summary>Nothing of its source is sent: the path does not carry it.</summary>
    public bool IsPaused { get; private set; }
    /// <summary>What the path was given to carry of it (bit/s).</summary>
    public long Rate { get; internal set; }
    /// <summary>Packets sent, retransmissions not counted.</summary>
    public long Packets { get; private set; }
    /// <summary>Payload bytes sent.</summary>
    public long Octets { get; private set; }

    /// <summary>Hands the slot over; video waits for the new source's next keyframe, which is asked for.</summary>
    public void SwitchTo(Track? source, long now)
    {
        if (ReferenceEquals(source, Source)) return;
        Source = source;
        Layer = _target = null;
        Restart(now);
    }

    /// <summary>
    /// Goes over to a size with its next keyframe, and to a frame rate as soon as a decoder can follow. A size that does not come is replaced by the next
    /// smaller, else by a larger one.
    /// </summary>
    public void Want(int size, int frameRate, long now)
    {
        _wantedFrameRate = frameRate;
        var target = Source?.Nearest(size, _target ?? Layer, now);
        if (ReferenceEquals(target, _target)) return;
        _target = target;
        if (!_started || !ReferenceEquals(target, Layer)) AskForKeyFrame(target, now);
    }

    // Of what is wanted, or of every size.
    internal void AskForKeyFrame(ReceiveStream? layer, long now)
    {
        if (layer is not null) layer.KeyFrames.Ask(now);
        else Source?.AskForKeyFrame(now);
    }

    // Begins anew with a keyframe once the path takes pictures again; what lies between is not numbered, so that nobody misses it. True while it waits.
    internal bool Hold(bool holds, long now)
    {
        if (holds == _held) return holds;
        _held = holds;
        if (holds) _started = false;
        else Restart(now);
        return holds;
    }

    // From here on it goes by another path. TCP brings what it took: what is numbered from now on is never sent twice.
    internal void OnPath(bool isTcp, long now)
    {
        _reliableFrom = isTcp ? _lastOut + 1 : long.MaxValue;
        Hold(false, now);
    }

    /// <summary>Stops sending what the source brings, or begins again, with its next keyframe.</summary>
    public void Pause(bool paused, long now)
    {
        if (paused == IsPaused) return;
        IsPaused = paused;
        Restart(now);
    }

    void Restart(long now)
    {
        _started = false;
        if (Kind != MediaKind.Audio && !IsPaused) AskForKeyFrame(_target, now);
    }

    internal uint LastTimestamp => _lastTimestamp;

    // Numbers a packet for this subscriber. False when it is not to be sent: no keyframe yet, older than the switch, or mere padding.
    internal bool TryNumber(in MediaPacket packet, long now, out ushort sequence, out uint timestamp)
    {
        (sequence, timestamp) = (0, 0);
        if (IsPaused) return false;
        if (_started && ReferenceEquals(packet.Source, Layer) && _epoch != Layer.Epoch) Restart(now);
        if (!(_started && ReferenceEquals(packet.Source, Layer)) && !Begin(packet, now)) return false;

        var advances = packet.Sequence > _highestIn;
        if (advances && packet.Payload.IsEmpty && packet.Sequence == _highestIn + 1)
        {
            // Padding probes the path to us, not the subscriber's. Only where it follows directly: later ones may be numbered already.
            _map.Skip(packet.Sequence);
            _highestIn = packet.Sequence;
            return false;
        }
        if (Skips(packet, advances))
        {
            if (!advances) return false;
            _map.Skip(packet.Sequence);
            _pictures.Skip(packet.Picture);
            _highestIn = packet.Sequence;
            return false;
        }
        if (!_map.TryMap(packet.Sequence, out var mapped)) return false;
        sequence = (ushort)mapped;
        timestamp = packet.Timestamp + _timestampOffset;
        if (!advances) return true;
        _highestIn = packet.Sequence;
        _lastOut = mapped;
        _pictures.Note(packet.Picture);
        if (new RtpTime(timestamp).IsNewerThan(new RtpTime(_lastTimestamp))) (_lastTimestamp, _lastSentAt) = (timestamp, now);
        return true;
    }

    // Pictures of a higher frame rate than is wanted are left out, each as a whole; more begin where nothing that was left out is needed (RFC 7741 §4.2, Y).
    bool Skips(in MediaPacket packet, bool advances)
    {
        var picture = packet.Picture;
        if (picture.Length == 0 || picture.TemporalLayer < 0) return false;
        if (!advances) return picture.TemporalLayer > _frameRate;
        if (packet.Timestamp == _pictureAt) return _skipsPicture;
        _pictureAt = packet.Timestamp;
        if (_wantedFrameRate < _frameRate || packet.StartsKeyFrame) _frameRate = _wantedFrameRate;
        else if (picture.IsLayerSync && picture.TemporalLayer > _frameRate && picture.TemporalLayer <= _wantedFrameRate) _frameRate = picture.TemporalLayer;
        return _skipsPicture = picture.TemporalLayer > _frameRate;
    }

    bool Begin(in MediaPacket packet, long now)
    {
        if (packet.Payload.IsEmpty || (Kind != MediaKind.Audio && !packet.StartsKeyFrame)) return false;
        if (_target is not null && !ReferenceEquals(packet.Source, _target)) return false;
        _map.Begin(packet.Sequence, _lastOut + 1);
        _highestIn = packet.Sequence - 1;
        if (_everSent)
        {
            // By the wall clock: with a constant step the receiver's jitter buffer grew to 1.3 s per frame (measured). At least 10 ms, to be later.
            var passed = long.Max(now - _lastSentAt, 10_000) * _clockRate / 1_000_000;
            _timestampOffset = OffsetBySenderClock(packet) ?? _lastTimestamp + (uint)passed - packet.Timestamp;
        }
        else (_lastTimestamp, _lastSentAt) = (packet.Timestamp - 1, now);
        _pictures.Begin(packet.Picture);
        (Layer, _epoch) = (packet.Source, packet.Source.Epoch);
        // What was being left out was of the other size, whose pictures may bear the same timestamps.
        (_frameRate, _pictureAt, _skipsPicture) = (_wantedFrameRate, packet.Timestamp, false);
        (_started, _everSent) = (true, true);
        return true;
    }

    // Two sizes of one camera have clocks that begin anywhere; their sender reports say how these stand to each other, to the tick. Null where they don't yet, or
    // where it would lead back: the picture that is begun with may be older than the last one of the other size.
    uint? OffsetBySenderClock(in MediaPacket packet)
    {
        if (Layer is not { Clock: { IsKnown: true } before } || ReferenceEquals(Layer, packet.Source) || Layer.Epoch != _epoch) return null;
        if (packet.Source.Clock is not { IsKnown: true } clock) return null;
        var offset = before.Rtp + (uint)((long)(clock.Ntp - before.Ntp) * _clockRate >> 32) + _timestampOffset - clock.Rtp;
        var ahead = new RtpTime(packet.Timestamp + offset).DistanceFrom(new RtpTime(_lastTimestamp));
        return ahead > 0 && ahead < _clockRate ? offset : null;
    }

    // The picture numbers under which a packet leaves, for one that is written later: by then the slot may have another source.
    internal (ushort Id, byte Tl0) PictureOf(in Vp8Descriptor picture) => _pictures.Of(picture);

    internal void PutPicture(in Vp8Descriptor picture, Span<byte> payload) => _pictures.Apply(picture, payload);

    internal void Count(int payloadBytes)
    {
        Packets++;
        Octets += payloadBytes;
    }

    // Finds what a NACK asks for. Nothing from before the last change of source, nothing too often.
    internal bool TryFindForResend(ushort sequence, long now, long roundTrip, out CachedPacket packet, out uint timestamp)
    {
        packet = default;
        timestamp = 0;
        if (!_started || Layer?.Cache is not { } cache) return false;
        var wanted = _lastOut + (short)(sequence - (ushort)_lastOut);
        // The map begins with the current source, so nothing from before the change is found.
        if (wanted > _lastOut || wanted >= _reliableFrom || !_map.TryMapBack(wanted, out var number)) return false;
        if (!cache.TryFind(number, now, out packet) || IsLeftOut(packet)) return false;
        timestamp = packet.Timestamp + _timestampOffset;
        return (_limits ??= new ResendLimits()).Allows(wanted, now, roundTrip);
    }

    bool IsLeftOut(in CachedPacket packet) =>
        packet.PayloadType == MediaLayout.Vp8Payload && Vp8Descriptor.TryRead(packet.Payload, out var picture) && picture.TemporalLayer > _frameRate;

    internal ushort NextRtxSequence() => ++_rtxSequence;

    // The clock for a sender report: the publisher's wall clock, and its RTP time in this stream's timestamps.
    internal bool TryReport(long now, out SenderClock clock)
    {
        clock = default;
        if (!_started || Layer is null || !Layer.Clock.IsKnown) return false;
        clock = Layer.Clock.Advance(now, _clockRate);
        clock = clock with { Rtp = clock.Rtp + _timestampOffset };
        (_reportBefore, _report) = (_report, new SentReport(clock.CompactNtp, now));
        return true;
    }

    // Round trip from a report block that echoes one of our last two sender reports; −1 when it does not.
    internal long RoundTrip(uint lastReport, uint delay, long now)
    {
        if (lastReport == 0) return -1;
        var sentAt = lastReport == _report.CompactNtp ? _report.At : lastReport == _reportBefore.CompactNtp ? _reportBefore.At : -1;
        return sentAt < 0 ? -1 : long.Max(0, now - sentAt - ((long)delay * 1_000_000 >> 16));
    }
}

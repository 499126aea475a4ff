using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>One stream that a peer sends: its numbers, what is missing, what was kept for resending, and who wants a keyframe of it.</summary>
public sealed class ReceiveStream
{
    // Silence after which packets mean that the stream has started anew (µs).
    const long SilentAfter = 2_000_000;
    // A size that has brought nothing for so long is not one to send on (µs): pages drop sizes without a word.
    const long FlowsFor = 500_000;

    readonly Deadline _deadline;
    readonly SeenPackets _seen = new();
    SequenceUnwrapper _unwrapper;
    bool _isKnown, _isRepaired;
    uint _repairSsrc;
    long _lastKeyFrame = -1;
    long _lastPacket = long.MinValue / 2;

    internal ReceiveStream(MediaKind kind, Deadline deadline)
    {
        Kind = kind;
        ClockRate = kind == MediaKind.Audio ? Opus.ClockRate : MediaLayout.VideoClockRate;
        Statistics = new ReceiveStatistics(ClockRate);
        KeyFrames = new KeyFrameRequests(deadline);
        _deadline = deadline;
    }

    /// <summary>What it carries.</summary>
    public MediaKind Kind { get; }
    /// <summary>Ticks per second of its timestamps.</summary>
    public int ClockRate { get; }
    /// <summary>Its SSRC, 0 before it is known.</summary>
    public uint Ssrc { get; private set; }
    /// <summary>Counts its lives: the page may begin a new SSRC under the same mid, and then no number means what it meant.</summary>
    public int Epoch { get; private set; }
    /// <summary>When packets began to come after a silence (µs).</summary>
    public long ActiveSince { get; private set; } = long.MinValue;
    /// <summary>Loss and jitter.</summary>
    public ReceiveStatistics Statistics { get; private set; }
    /// <summary>Who wants a keyframe.</summary>
    public KeyFrameRequests KeyFrames { get; }
    /// <summary>What is missing; null for audio, which is not asked for again.</summary>
    public NackList? Missing { get; private set; }
    /// <summary>What can be resent; null for audio and before anything was kept.</summary>
    public PacketCache? Cache { get; private set; }
    /// <summary>The sound before, of a page that does not repeat it itself.</summary>
    internal SoundMemory? Sound { get; set; }
    /// <summary>How much is spoken on it.</summary>
    public Loudness Loudness { get; } = new();
    /// <summary>What it takes.</summary>
    public MeasuredRates Rates { get; } = new();
    /// <summary>The publisher's clock.</summary>
    public SenderClock Clock { get; private set; }
    /// <summary>Pictures, by their markers; packets of audio.</summary>
    public long Frames { get; private set; }
    /// <summary>Keyframes begun.</summary>
    public long KeyFrameCount { get; private set; }
    /// <summary>Packets that a retransmission brought.</summary>
    public long Recovered { get; private set; }
    /// <summary>Packets that came twice or too late.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Packets that never came.</summary>
    public long Lost => long.Max(0, Statistics.Expected - Statistics.Received - Recovered);

    /// <summary>Packets came within the last two seconds.</summary>
    public bool IsActive(long now) => now - _lastPacket < SilentAfter;

    /// <summary>Packets came a moment ago.</summary>
    public bool IsFlowing(long now) => now - _lastPacket < FlowsFor;

    // The SSRC came by signaling, or by the mid of a first packet.
    internal void Identify(uint ssrc)
    {
        if (_isKnown && Ssrc == ssrc) return;
        if (_isKnown) Restart();
        (Ssrc, _isKnown) = (ssrc, true);
    }

    internal bool Is(uint ssrc) => _isKnown && Ssrc == ssrc;
    internal bool IsKnown => _isKnown;
    internal bool IsRepairedBy(uint ssrc) => _isRepaired && _repairSsrc == ssrc;
    internal void RepairBy(uint ssrc) => (_repairSsrc, _isRepaired) = (ssrc, true);

    void Restart()
    {
        Epoch++;
        _seen.Clear();
        _unwrapper = default;
        Statistics = new ReceiveStatistics(ClockRate);
        Missing?.Clear();
        Cache?.Clear();
        Sound = null;
        Clock = default;
        Recovered = 0;
    }

    // Numbers a packet and notes gaps. False for a duplicate and for what is too old.
    internal bool Accept(ushort sequenceNumber, uint timestamp, bool isRepair, long now, out long sequence)
    {
        // A repair only fits into what is known: alone it must not move the stream on from nothing.
        sequence = _unwrapper.Peek(sequenceNumber);
        if (isRepair && _seen.Highest < 0) return false;
        var highest = _seen.Highest;
        if (!_seen.Add(sequence))
        {
            Duplicates++;
            return false;
        }
        _unwrapper.Unwrap(sequenceNumber);
        if (isRepair)
        {
            Statistics.Advance(sequence);
            Recovered++;
        }
        else Statistics.Count(sequence, timestamp, now);
        if (!IsActive(now)) ActiveSince = now;
        _lastPacket = now;
        if (Kind != MediaKind.Audio) TrackGaps(sequence, highest, now);
        return true;
    }

    void TrackGaps(long sequence, long highest, long now)
    {
        if (highest < 0) return;
        if (sequence < highest)
        {
            Missing?.Remove(sequence);
            return;
        }
        if (sequence == highest + 1) return;
        Missing ??= new NackList();
        if (Missing.Add(highest + 1, sequence - 1, now)) _deadline.NoLaterThan(Missing.NextAsk);
        else KeyFrames.Ask(now);
    }

    // Counts what the codec told, and keeps video for resending once others may see it.
    internal void Take(in MediaPacket packet, bool keep, long now)
    {
        if (packet.Marker || Kind == MediaKind.Audio) Frames++;
        if (packet.StartsKeyFrame && packet.Timestamp != _lastKeyFrame)
        {
            // H.264 says it twice, in the parameter sets and in the picture.
            _lastKeyFrame = packet.Timestamp;
            KeyFrameCount++;
        }
        if (packet.AudioLevel >= 0) Loudness.Add(packet.AudioLevel & 0x7F);
        if (Kind == MediaKind.Audio) return;
        Rates.Add(packet.Picture.Length > 0 ? packet.Picture.TemporalLayer : 0, packet.Payload.Length);
        KeyFrames.OnPacket(now, packet.StartsKeyFrame);
        if (keep) (Cache ??= new PacketCache()).Add(packet, now);
    }

    internal void OnSenderReport(in SenderReport report, long now) => Clock = SenderClock.From(report, now);

    internal ReportBlock Report(long now) => Statistics.Report(Ssrc, Clock, now);
}

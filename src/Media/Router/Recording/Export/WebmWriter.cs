using System.Buffers.Binary;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>
/// Writes WebM: VP8 and Opus in Matroska (RFC 9559), in clusters of at most five seconds. Where the stream can be gone back in, an index is put at its end and named at its beginning, so
/// that players can jump; where it can't it is a live stream.
/// </summary>
internal sealed class WebmWriter
{
    public const int VideoTrack = 1, AudioTrack = 2;
    const int LongestCluster = 5_000, LargestCluster = 2 << 20;
    const uint EbmlHeader = 0x1A45DFA3, Segment = 0x18538067, SeekHead = 0x114D9B74, Seek = 0x4DBB, SeekId = 0x53AB, SeekPosition = 0x53AC, Void = 0xEC,
        Info = 0x1549A966, TimestampScale = 0x2AD7B1, Duration = 0x4489, MuxingApp = 0x4D80, WritingApp = 0x5741,
        Tracks = 0x1654AE6B, TrackEntry = 0xAE, TrackNumber = 0xD7, TrackUid = 0x73C5, TrackType = 0x83, FlagLacing = 0x9C, CodecId = 0x86, CodecPrivate = 0x63A2, SeekPreRoll = 0x56BB,
        Video = 0xE0, PixelWidth = 0xB0, PixelHeight = 0xBA, Audio = 0xE1, SamplingFrequency = 0xB5, Channels = 0x9F,
        Cluster = 0x1F43B675, Timestamp = 0xE7, Cues = 0x1C53BB6B, CuePoint = 0xBB, CueTime = 0xB3, CueTrackPositions = 0xB7, CueTrack = 0xF7, CueClusterPosition = 0xF1;
    const int SeekRoom = 64; // bytes kept free for the way to the index

    readonly Stream _to;
    readonly Ebml _cluster = new(), _cues = new();
    readonly bool _hasVideo;
    long _written, _segment, _clusterAt = -1;

    /// <param name="to">Where it goes.</param>
    /// <param name="video">Size of the first picture; null where there is none.</param>
    /// <param name="hasSound">There is a track of sound.</param>
    /// <param name="milliseconds">How long it is.</param>
    public WebmWriter(Stream to, (int Width, int Height)? video, bool hasSound, long milliseconds)
    {
        (_to, _hasVideo) = (to, video is not null);
        Put(new Ebml().Element(EbmlHeader, new Ebml().Number(0x4286, 1).Number(0x42F7, 1).Number(0x42F2, 4).Number(0x42F3, 8).Text(0x4282, "webm").Number(0x4287, 4).Number(0x4285, 2)));
        Put(new Ebml().Head(Segment, -1));
        _segment = _written;
        Put(new Ebml().Binary(Void, new byte[SeekRoom - 9]));
        Put(new Ebml().Element(Info, new Ebml().Number(TimestampScale, 1_000_000).Real(Duration, milliseconds).Text(MuxingApp, "FirstRing").Text(WritingApp, "FirstRing")));
        var tracks = new Ebml();
        if (video is { } size)
            tracks.Element(TrackEntry, new Ebml().Number(TrackNumber, VideoTrack).Number(TrackUid, VideoTrack).Number(TrackType, 1).Number(FlagLacing, 0).Text(CodecId, "V_VP8")
                .Element(Video, new Ebml().Number(PixelWidth, (ulong)size.Width).Number(PixelHeight, (ulong)size.Height)));
        if (hasSound)
            tracks.Element(TrackEntry, new Ebml().Number(TrackNumber, AudioTrack).Number(TrackUid, AudioTrack).Number(TrackType, 2).Number(FlagLacing, 0).Text(CodecId, "A_OPUS")
                .Binary(CodecPrivate, OpusHead()).Number(SeekPreRoll, 80_000_000).Element(Audio, new Ebml().Real(SamplingFrequency, 48_000).Number(Channels, 2)));
        Put(new Ebml().Element(Tracks, tracks));
    }

    /// <summary>Frames come in the order of their times (ms since the beginning).</summary>
    public void Write(int track, long milliseconds, bool isKey, ReadOnlySpan<byte> frame)
    {
        // With pictures a cluster begins where a player can begin.
        var mayBegin = !_hasVideo || (track == VideoTrack && isKey);
        if (_clusterAt < 0 || milliseconds - _clusterAt > LongestCluster || _cluster.Length > LargestCluster || (mayBegin && milliseconds - _clusterAt > LongestCluster / 2))
        {
            EndCluster();
            _clusterAt = milliseconds;
            if (mayBegin)
                _cues.Element(CuePoint, new Ebml().Number(CueTime, (ulong)milliseconds)
                    .Element(CueTrackPositions, new Ebml().Number(CueTrack, (ulong)track).Number(CueClusterPosition, (ulong)(_written - _segment))));
            _cluster.Number(Timestamp, (ulong)milliseconds);
        }
        _cluster.SimpleBlock(track, (int)(milliseconds - _clusterAt), isKey, frame);
    }

    /// <summary>Writes what is left, and the index where it can be pointed to. The stream stays open.</summary>
    public void Finish()
    {
        EndCluster();
        if (!_to.CanSeek || _cues.Length == 0) return;
        var index = _written - _segment;
        Put(new Ebml().Element(Cues, _cues));
        var seek = new Ebml().Element(SeekHead, new Ebml().Element(Seek, new Ebml().Binary(SeekId, [0x1C, 0x53, 0xBB, 0x6B]).Number(SeekPosition, (ulong)index)));
        seek.Binary(Void, new byte[SeekRoom - seek.Length - 9]);
        var end = _to.Position;
        _to.Position = end - _written + _segment;
        _to.Write(seek.Bytes.Span);
        _to.Position = end;
    }

    void EndCluster()
    {
        if (_clusterAt >= 0) Put(new Ebml().Element(Cluster, _cluster));
        _cluster.Clear();
    }

    void Put(Ebml element)
    {
        _to.Write(element.Bytes.Span);
        _written += element.Length;
    }

    // RFC 7845 §5.1. The recording begins in the middle of a voice, so nothing is skipped.
    static byte[] OpusHead()
    {
        var head = new byte[19];
        "OpusHead"u8.CopyTo(head);
        (head[8], head[9]) = (1, 2);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(12), 48_000);
        return head;
    }
}

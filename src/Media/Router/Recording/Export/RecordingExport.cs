using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>What a track held. <paramref name="From"/> and <paramref name="Until"/> in UTC microseconds; <paramref name="Lost"/> packets never came, <paramref name="Recovered"/> of their sounds came by
/// later ones; <paramref name="Dropped"/> came and could not be kept; <paramref name="NotShown"/> pictures lack something; <paramref name="Unreadable"/> packets are of a codec that is not exported.</summary>
public sealed record ExportedTrack(Guid Track, Guid Participant, string Kind, Flaw Flaw, long From, long Until, long Packets, long Repaired, long Lost, long Recovered, long Dropped, long Frames,
    long NotShown, long Unreadable);

/// <summary>A playable file: what one person said and showed. All files of a recording begin at the same moment.</summary>
public sealed record ExportedFile(string Name, Guid Participant, bool IsScreen, long Milliseconds);

public sealed record ExportReport(long StartedAt, IReadOnlyList<ExportedFile> Files, IReadOnlyList<ExportedTrack> Tracks);

/// <summary>Makes playable files of a sealed recording: a WebM for each person and one for each shared screen.</summary>
public static class RecordingExport
{
    /// <summary>Reads everything twice: for the times first, then for the frames. What a flaw lies before is left out; the report says where.</summary>
    /// <param name="folder">The folder with the recordings.</param>
    /// <param name="recording">Which.</param>
    /// <param name="key">Its key.</param>
    /// <param name="create">A new stream for the file of that name; closed when it is written. One that can be gone back in gets an index.</param>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static ExportReport Write(string folder, Guid recording, ReadOnlyMemory<byte> key, Func<string, Stream> create)
    {
        var tracks = new List<SurveyedTrack>();
        foreach (var path in RecordingFolder.Tracks(RecordingFolder.Of(folder, recording))) tracks.Add(new SurveyedTrack(path, recording, key));
        var readable = tracks.Where(track => track.HasFrames).ToList();
        foreach (var connection in readable.GroupBy(track => (track.Start.Participant, track.Start.Generation)))
        {
            var least = connection.Min(track => track.Times.LeastByNtp);
            foreach (var track in connection) track.LeastByNtp = least;
        }
        if (readable.Count == 0) return new ExportReport(0, [], [.. tracks.Select(track => track.Told())]);
        var zero = readable.Min(track => track.FirstAt());
        var files = new List<ExportedFile>();
        foreach (var person in readable.GroupBy(track => (track.Start.Participant, IsScreen: track.Start.Kind == MediaKind.Screen)).OrderBy(group => group.Min(track => track.Start.StartedAt)).ThenBy(group => group.Key.IsScreen))
        {
            var name = $"{files.Count + 1}-{person.Key.Participant:N}{(person.Key.IsScreen ? "-screen" : "")}.webm";
            using var to = create(name);
            files.Add(new ExportedFile(name, person.Key.Participant, person.Key.IsScreen, Write([.. person], zero, to)));
        }
        return new ExportReport(zero, files, [.. tracks.Select(track => track.Told())]);
    }

    static long Write(IReadOnlyList<SurveyedTrack> tracks, long zero, Stream to)
    {
        var (pictures, sounds) = (tracks.Where(track => track.Start.Kind != MediaKind.Audio).ToList(), tracks.Where(track => track.Start.Kind == MediaKind.Audio).ToList());
        var length = long.Max(1, (tracks.Max(track => track.Until) - zero) / 1000);
        var webm = new WebmWriter(to, pictures.Count > 0 ? pictures[0].Size : null, sounds.Count > 0, length);
        using var picture = OneAfterTheOther(pictures).GetEnumerator();
        using var sound = OneAfterTheOther(sounds).GetEnumerator();
        var (hasPicture, hasSound, last) = (picture.MoveNext(), sound.MoveNext(), 0L);
        while (hasPicture || hasSound)
        {
            var isPicture = hasPicture && (!hasSound || picture.Current.At <= sound.Current.At);
            var frame = isPicture ? picture.Current : sound.Current;
            // Times step back by a little where a sender report corrects them; a file's never do.
            last = long.Max(last, (frame.At - zero) / 1000);
            webm.Write(isPicture ? WebmWriter.VideoTrack : WebmWriter.AudioTrack, last, frame.IsKey, frame.Bytes);
            if (isPicture) hasPicture = picture.MoveNext();
            else hasSound = sound.MoveNext();
        }
        webm.Finish();
        return last;
    }

    // Who comes again, or is moved to another node, has another track; it takes over with its first frame.
    static IEnumerable<Frame> OneAfterTheOther(IReadOnlyList<SurveyedTrack> tracks)
    {
        var all = tracks.Select(track => track.Frames().GetEnumerator()).Where(frames => frames.MoveNext()).OrderBy(frames => frames.Current.At).ToList();
        try
        {
            for (var i = 0; i < all.Count; i++)
            {
                var until = i + 1 < all.Count ? all[i + 1].Current.At : long.MaxValue;
                do
                    if (all[i].Current.At < until) yield return all[i].Current;
                while (all[i].MoveNext());
            }
        }
        finally
        {
            foreach (var frames in all) frames.Dispose();
        }
    }
}

/// <summary>A track of which everything is known but its frames, which are made when they are asked for.</summary>
internal sealed class SurveyedTrack
{
    readonly string _path;
    readonly TrackName _name;
    readonly ReadOnlyMemory<byte> _key;
    readonly Flaw _flaw;
    readonly FrameCounts _counts = new();
    long _packets, _repaired, _dropped, _unreadable;
    OrderedPacket _first;
    bool _hasSize;

    public SurveyedTrack(string path, Guid recording, ReadOnlyMemory<byte> key)
    {
        Guid.TryParseExact(Path.GetFileNameWithoutExtension(path), "N", out var track);
        (_path, _name, _key) = (path, new TrackName(recording, track), key);
        using var reader = Open();
        Start = reader.Start ?? default;
        Times = new TrackTimes(Start);
        if (reader.Start is not null)
            foreach (var packet in PacketOrder.Of(Count(reader.Records()), Start.Kind == MediaKind.Audio)) Learn(packet);
        _flaw = reader.Flaw;
    }

    public TrackStart Start { get; }
    public TrackTimes Times { get; }
    public long LeastByNtp { get; set; }

    /// <summary>Width and height of its first whole picture.</summary>
    public (int Width, int Height) Size { get; private set; } = (640, 360);

    /// <summary>When its last packet came, in UTC microseconds.</summary>
    public long Until { get; private set; }

    public bool HasFrames => _packets > _unreadable;

    public long FirstAt()
    {
        Times.Rewind();
        return Times.Of(_first, _first.Timestamp, LeastByNtp);
    }

    public IEnumerable<Frame> Frames()
    {
        Times.Rewind();
        using var reader = Open();
        var frames = new TrackFrames((packet, timestamp) => Times.Of(packet, timestamp, LeastByNtp), _counts);
        var packets = PacketOrder.Of(reader.Records(), Start.Kind == MediaKind.Audio);
        foreach (var frame in Start.Kind == MediaKind.Audio ? frames.Sound(packets) : frames.Pictures(packets)) yield return frame;
    }

    public ExportedTrack Told() => new(_name.Track, Start.Participant, Start.Kind switch { MediaKind.Audio => "microphone", MediaKind.Video => "camera", _ => "screen" }, _flaw, Start.StartedAt, Until,
        _packets, _repaired, _counts.Lost, _counts.Recovered, _dropped, _counts.Frames, _counts.NotShown, _unreadable);

    TrackReader Open() => new(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16), _key.Span, _name);

    IEnumerable<TrackRecord> Count(IEnumerable<TrackRecord> records)
    {
        foreach (var record in records)
        {
            if (record.Kind == RecordKind.Packet) _packets++;
            if (record.IsRepaired) _repaired++;
            _dropped += record.Dropped;
            yield return record;
        }
    }

    void Learn(in OrderedPacket packet)
    {
        if (_first.Payload is null) _first = packet;
        if (!(MediaLayout.IsSound(packet.PayloadType) || packet.PayloadType == MediaLayout.Vp8Payload)) _unreadable++;
        Times.Learn(packet);
        Until = long.Max(Until, packet.At + Start.StartedAt - Start.Started);
        if (packet.PayloadType == MediaLayout.Vp8Payload && !_hasSize && Vp8Size.TryRead(packet.Payload, out var size)) (_hasSize, Size) = (true, size);
    }
}

using System.Security.Cryptography;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;
using FirstRing.Media.Router.Forwarding;
using FirstRing.Media.Router.Rooms;
using FirstRing.Media.Router.Workers;

namespace FirstRing.Media.Router.Recording;

/// <summary>The recording of one call on its worker, for as long as it is ordered. Each stream that anybody publishes meanwhile has a track of its own; of a
/// camera that comes in several sizes the largest is taken, and another size is another track.</summary>
/// <param name="id">Of the recording: the same on whichever node the call goes on.</param>
/// <param name="key">32 random bytes, for this recording alone. Held in memory until the end.</param>
/// <param name="disk">Where sheets go.</param>
/// <param name="clockOffset">What is to be added to the worker's time to get UTC (µs).</param>
internal sealed class CallRecording(Guid id, byte[] key, RecordingDisk disk, long clockOffset)
{
    const long SizesSettle = 500_000;

    readonly List<(Connection Connection, Publication Publication)> _taken = [];
    bool _ordered, _held;

    public Guid Id => id;

    /// <summary>Ordered to run, and not held.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>A packet that was let through, before it is sent on.</summary>
    public void Take(Connection connection, in MediaPacket packet, long now)
    {
        if (!IsRunning) return;
        var publication = connection[packet.Source.Kind];
        if (packet.Source != publication.Source.Largest(now) || IsSmallAndNew(packet.Source, publication, now)) return;
        if (publication.Tap is { } other && other.Source != packet.Source)
        {
            End(publication, now);
            _taken.Remove((connection, publication));
        }
        (publication.Tap ?? Begin(connection, publication, packet.Source, now)).Take(packet, now);
    }

    // The first packet of a camera may be of a small size, with the largest right behind it.
    static bool IsSmallAndNew(ReceiveStream source, Publication publication, long now) => source != publication.Source.Main && now - source.ActiveSince < SizesSettle;

    /// <summary>What signaling wants of it. Once it was stopped no order of an earlier turn brings it back.</summary>
    public void Order(RecordingOrder order, Room room, long now)
    {
        _ordered = order == RecordingOrder.Run;
        if (order == RecordingOrder.Stop) End(now);
        else Run(_ordered && !_held, room, now);
    }

    /// <summary>It rests, whatever is ordered, as long as it is held.</summary>
    public void Hold(bool held, Room room, long now)
    {
        _held = held;
        Run(_ordered && !_held, room, now);
    }

    void Run(bool isRunning, Room room, long now)
    {
        if (IsRunning == isRunning) return;
        IsRunning = isRunning;
        foreach (var (_, publication) in _taken)
            if (isRunning) publication.Tap!.Resume(now);
            else publication.Tap!.Pause(now);
        if (!isRunning) return;
        // Those who have sent already; whoever begins later begins with a keyframe, and is asked all the same.
        foreach (var participant in room.Participants)
            if (participant.Live is { } live)
                foreach (var kind in (ReadOnlySpan<MediaKind>)[MediaKind.Video, MediaKind.Screen]) live[kind].Source.AskForKeyFrame(now);
    }

    /// <summary>Hands over what has waited.</summary>
    public void Flush(long now)
    {
        foreach (var (_, publication) in _taken) publication.Tap!.Flush(now);
    }

    /// <summary>A connection is over, and with it its tracks.</summary>
    public void End(Connection connection, long now)
    {
        for (var i = _taken.Count - 1; i >= 0; i--)
        {
            if (_taken[i].Connection != connection) continue;
            End(_taken[i].Publication, now);
            _taken.RemoveAt(i);
        }
    }

    /// <summary>Everything is over.</summary>
    public void End(long now)
    {
        IsRunning = _ordered = false;
        foreach (var (_, publication) in _taken) End(publication, now);
        _taken.Clear();
    }

    static void End(Publication publication, long now)
    {
        publication.Tap!.End(now);
        publication.Tap = null;
    }

    TrackTap Begin(Connection connection, Publication publication, ReceiveStream source, long now)
    {
        // Not by the wall clock: a worker has none, and ids that tell the time would be all that is in clear.
        var track = new Guid(RandomNumberGenerator.GetBytes(16));
        var start = new TrackStart(source.Kind, source.ClockRate, connection.Identity.Participant, connection.Identity.Generation, now + clockOffset, now);
        publication.Tap = new TrackTap(new TrackFile(new TrackName(id, track), key), disk, start, source);
        _taken.Add((connection, publication));
        publication.Tap.Resume(now);
        return publication.Tap;
    }
}

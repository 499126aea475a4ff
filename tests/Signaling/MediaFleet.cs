using System.Collections.Concurrent;
using System.Net.Sockets;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;

namespace FirstRing.Tests.Signaling;

/// <summary>Media nodes in memory, by address. They hold to the contract: for signaling itself and nobody else, fenced by placementEpoch, one participant per seat.</summary>
internal sealed class MediaFleet
{
    readonly ConcurrentDictionary<string, MemoryNode> _nodes = new();

    public MemoryNode Add(string name)
    {
        var node = new MemoryNode(name);
        _nodes[new Uri(node.Address).Authority] = node;
        return node;
    }

    public IMediaClient At(Uri? address) => _nodes[address!.Authority];
    public IEnumerable<MemoryNode> Live => _nodes.Values.Where(node => !node.IsDown).OrderBy(node => node.Name);
}

internal sealed class MemoryNode(string name) : IMediaClient
{
    static readonly Refusal Stale = new("placement-stale", "", 409), SeatTaken = new("seat-taken", "", 409);
    readonly Dictionary<CallId, int> _epochs = [];
    readonly Dictionary<(CallId, ParticipantId), int> _seats = [];
    readonly HashSet<CallId> _closed = [];
    readonly Dictionary<RecordingId, RecordCall> _recordings = [];
    static long _starts;

    public string Name => name;
    public string Address => $"https://{name}.test";
    public Guid Incarnation { get; private set; } = NextStart();
    public bool IsDown { get; set; }
    public double Load { get; set; }
    public int Capacity { get; set; } = 100;
    public string Region { get; set; } = "here";
    public bool IsDraining { get; set; }

    /// <summary>Down, and nobody listens on its port any more.</summary>
    public bool IsClosedPort { get; set; }
    public List<TakeAnswer> Answers { get; } = [];
    public int Admissions { get; private set; }

    /// <summary>Awaited before a verb is carried out: holds a request on its way.</summary>
    public Func<string, Task> Way { get; set; } = _ => Task.CompletedTask;

    // UUIDv7 of a clock that never stands still: a later start sorts behind.
    static Guid NextStart() => Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(20_000).AddMilliseconds(Interlocked.Increment(ref _starts)));

    public void Restart()
    {
        lock (_seats)
        {
            Incarnation = NextStart();
            _epochs.Clear();
            _seats.Clear();
            _closed.Clear();
            _recordings.Clear();
            IsDown = false;
        }
    }

    public MediaNodeBeat Beat()
    {
        lock (_seats)
            return new(name, Incarnation, Region, Address, Load, Capacity, [.. _epochs.Where(call => !_closed.Contains(call.Key)).Select(call => new PlacedCall(call.Key, call.Value))], IsDraining);
    }

    public void Drop(PlacedCall call)
    {
        lock (_seats)
            if (_epochs.GetValueOrDefault(call.Call) == call.PlacementEpoch) Forget(call.Call);
    }

    public IReadOnlyDictionary<string, int> SeatsOf(string call)
    {
        lock (_seats) return _seats.Where(seat => seat.Key.Item1.ToString() == call).ToDictionary(seat => seat.Key.Item2.ToString(), seat => seat.Value);
    }

    public bool IsClosed(string call)
    {
        lock (_seats) return _closed.Any(closed => closed.ToString() == call);
    }

    public Task<Answer<MediaOffer>> Offer(MakeOffer request, CancellationToken stop) => Do("offer", request.Call, request.PlacementEpoch, () =>
        (Answer<MediaOffer>)new MediaOffer($"v=0 {name} {request.Participant} {request.Generation} {request.PlacementEpoch}"), Stale);

    public Task<Answer<Done>> Answer(TakeAnswer request, CancellationToken stop) => Do("answer", request.Call, request.PlacementEpoch, () =>
    {
        Answers.Add(request);
        return (Answer<Done>)Done.Yes;
    }, Stale);

    public Task<Answer<Done>> Admit(AdmitParticipant request, CancellationToken stop) => Do("admit", request.Call, request.PlacementEpoch, () =>
    {
        if (_seats.Any(seat => seat.Key.Item1 == request.Call && seat.Value == request.Seat && seat.Key.Item2 != request.Participant)) return (Answer<Done>)SeatTaken;
        _seats[(request.Call, request.Participant)] = request.Seat;
        Admissions++;
        return Done.Yes;
    }, Stale);

    public Task<Answer<Done>> Remove(RemoveParticipant request, CancellationToken stop) => Do("remove", request.Call, request.PlacementEpoch, () =>
    {
        _seats.Remove((request.Call, request.Participant));
        return (Answer<Done>)Done.Yes;
    }, Stale);

    public Task<Answer<Done>> CloseCall(CloseCall request, CancellationToken stop) => Do("close", request.Call, request.PlacementEpoch, () =>
    {
        Forget(request.Call);
        return (Answer<Done>)Done.Yes;
    }, Stale);

    public Task<Answer<DoorTerms>> DoorTerms(GetDoorTerms request, CancellationToken stop) => throw new NotSupportedException();

    /// <summary>It has nowhere to record to.</summary>
    public bool CannotRecord { get; set; }

    /// <summary>Every order about recordings that was carried out, in order.</summary>
    public List<RecordCall> Orders { get; } = [];

    /// <summary>What is recorded of a call at this moment; null where nothing is.</summary>
    public RecordCall? RecordingOf(string call)
    {
        lock (_seats) return _recordings.Values.SingleOrDefault(one => one.Call.ToString() == call && one.State == RecordingStates.Running);
    }

    public Task<Answer<Done>> Record(RecordCall request, CancellationToken stop) => Do("record", request.Call, request.PlacementEpoch, () =>
    {
        if (CannotRecord) return (Answer<Done>)new Refusal("cannot-record", "", 409);
        if (_recordings.TryGetValue(request.Recording, out var known) && request.Turn < known.Turn) return new Refusal("recording-stale", "", 409);
        _recordings[request.Recording] = request;
        Orders.Add(request);
        return Done.Yes;
    }, Stale);

    public async Task<Answer<CallStatistics>> CallStatistics(GetCallStatistics request, CancellationToken stop)
    {
        if (IsClosedPort) throw new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused));
        if (IsDown) await Task.Delay(Timeout.Infinite, stop);
        return new CallStatistics(request.Call, _epochs.GetValueOrDefault(request.Call), []);
    }

    void Forget(CallId call)
    {
        _closed.Add(call);
        foreach (var one in _recordings.Values.Where(one => one.Call == call).ToList()) _recordings.Remove(one.Recording);
        foreach (var seat in _seats.Keys.Where(seat => seat.Item1 == call).ToList()) _seats.Remove(seat);
    }

    async Task<Answer<T>> Do<T>(string verb, CallId call, int epoch, Func<Answer<T>> act, Answer<T> stale)
    {
        await Way(verb);
        if (Acting.Now is not (null or { Role: Caller.ServiceRole })) throw new InvalidOperationException($"A person asked a media node to {verb}.");
        if (IsDown) throw new HttpRequestException("The node is down.");
        lock (_seats)
        {
            if (epoch < _epochs.GetValueOrDefault(call)) return stale;
            _epochs[call] = epoch;
            return act();
        }
    }
}

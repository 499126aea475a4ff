using FirstRing.Contracts;
using FirstRing.Media.Router.Rooms;

namespace FirstRing.Media.Router.Workers;

/// <summary>The calls of a worker, and which have ended: a page that goes on checking must not bring one back to life.</summary>
internal sealed class Calls
{
    const int Most = 4096;
    const int Remembered = 10_000;
    const long SweepInterval = 60_000_000, EmptyLife = 2 * 3_600_000_000L;

    readonly Dictionary<CallId, Room> _rooms = [];
    readonly HashSet<CallId> _ended = [];
    readonly Queue<CallId> _endedInOrder = new();
    long _sweepAt;

    internal int Count => _rooms.Count;

    internal Dictionary<CallId, Room>.ValueCollection Rooms => _rooms.Values;

    internal Room? Find(CallId call) => _rooms.GetValueOrDefault(call);

    internal bool HasEnded(CallId call) => _ended.Contains(call);

    /// <summary>Finds or makes the room; null when there are too many. Being told of an ended call from inside means that it was placed here anew.</summary>
    internal Room? Take(CallId call)
    {
        if (_rooms.TryGetValue(call, out var known)) return known;
        if (_rooms.Count >= Most) return null;
        _ended.Remove(call);
        return _rooms[call] = new Room(call);
    }

    /// <summary>
    /// Forgets calls that nobody has been connected to for two hours: nothing says that signaling still
    /// knows them.
    /// </summary>
    internal void Sweep(long now)
    {
        if (now < _sweepAt) return;
        _sweepAt = now + SweepInterval;
        foreach (var room in _rooms.Values)
            if (room.IsEmptyFor(EmptyLife, now))
                _rooms.Remove(room.Call);
    }

    internal void End(CallId call)
    {
        _rooms.Remove(call);
        if (!_ended.Add(call)) return;
        _endedInOrder.Enqueue(call);
        if (_endedInOrder.Count > Remembered) _ended.Remove(_endedInOrder.Dequeue());
    }
}

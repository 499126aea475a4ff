namespace FirstRing.Simulate.Network;

/// <summary>
/// One direction of a path: bottleneck with a drop-tail queue, then loss, delay, jitter and reordering. Packets and time (µs) in, packets and the next
/// event's time out; holds no clock, so it runs in virtual time as well as behind a socket. The same seed and the same calls give the same trace.
/// </summary>
public sealed class Link<T>(LinkConditions conditions, ulong seed)
{
    readonly record struct Waiting(T Item, int Bytes);

    readonly Dice _dice = new(seed);
    readonly Queue<Waiting> _queue = new();
    readonly PriorityQueue<T, (long At, long Order)> _flying = new();
    double _headBits; // of the first one waiting, not carried yet at _servedAt
    long _servedAt, _lastArrival, _order;
    bool _isBad;

    /// <summary>What it does now.</summary>
    public LinkConditions Conditions { get; private set; } = conditions;

    /// <summary>Bytes before the bottleneck.</summary>
    public long Queued { get; private set; }
    /// <summary>Packets that came in.</summary>
    public long Entered { get; private set; }
    /// <summary>Packets lost on the way.</summary>
    public long Lost { get; private set; }
    /// <summary>Packets the full queue did not take.</summary>
    public long Overflowed { get; private set; }

    /// <summary>How long what enters now waits before the bottleneck (µs).</summary>
    public long Wait(long now)
    {
        Serve(now);
        return Conditions.BitsPerSecond > 0 ? Queued * 8_000_000 / Conditions.BitsPerSecond : 0;
    }

    /// <summary>When <see cref="TryTake"/> should be called (µs).</summary>
    public long NextAt
    {
        get
        {
            var next = _flying.TryPeek(out _, out var first) ? first.At : long.MaxValue;
            return _queue.Count > 0 && Conditions.BitsPerSecond > 0 ? long.Min(next, HeadCarriedAt) : next;
        }
    }

    /// <summary>From now on it is like this. What waits is carried as fast as it now can be; what flies, arrives.</summary>
    public void Change(LinkConditions conditions, long now)
    {
        Serve(now);
        Conditions = conditions;
    }

    /// <summary>A packet goes in.</summary>
    public void Send(T item, int bytes, long now)
    {
        Serve(now);
        Entered++;
        if (Conditions.IsHole) Lost++;
        else if (Conditions.BitsPerSecond == 0 && _queue.Count == 0) Fly(item, now);
        else if (Queued + bytes > Conditions.QueueBytes) Overflowed++;
        else
        {
            if (_queue.Count == 0) _headBits = bytes * 8;
            _queue.Enqueue(new Waiting(item, bytes));
            Queued += bytes;
        }
    }

    /// <summary>A packet that has come out by now.</summary>
    public bool TryTake(long now, out T item)
    {
        Serve(now);
        item = default!;
        if (!_flying.TryPeek(out _, out var first) || first.At > now) return false;
        item = _flying.Dequeue();
        return true;
    }

    long HeadCarriedAt => _servedAt + (long)double.Ceiling(_headBits * 1e6 / Conditions.BitsPerSecond);

    void Serve(long now)
    {
        now = long.Max(now, _servedAt);
        while (_queue.Count > 0)
        {
            var done = Conditions.BitsPerSecond == 0 ? _servedAt : HeadCarriedAt;
            if (done > now)
            {
                _headBits -= (now - _servedAt) * (double)Conditions.BitsPerSecond / 1e6;
                break;
            }
            var (item, bytes) = _queue.Dequeue();
            Queued -= bytes;
            _servedAt = done;
            if (_queue.TryPeek(out var next)) _headBits = next.Bytes * 8;
            Fly(item, done);
        }
        _servedAt = now;
    }

    void Fly(T item, long at)
    {
        var loss = Conditions.Loss;
        _isBad = _isBad ? !_dice.Falls(loss.ToGood) : _dice.Falls(loss.ToBad);
        if (Conditions.IsHole || _dice.Falls(_isBad ? loss.InBad : loss.InGood))
        {
            Lost++;
            return;
        }
        var arrival = at + long.Max(0, Conditions.Delay + _dice.Between(-Conditions.Jitter, Conditions.Jitter + 1));
        if (_dice.Falls(Conditions.ReorderShare)) arrival += Conditions.ReorderDelay;
        else arrival = _lastArrival = long.Max(arrival, _lastArrival);
        _flying.Enqueue(item, (arrival, _order++));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;

namespace FirstRing.Media.Router.Control;

/// <summary>
/// The highest placementEpoch seen per call. Whoever comes with a lower one speaks for a placement that is over (a signaling node that was cut off, a
/// delayed retry) and is refused, after the call was closed too.
/// </summary>
internal sealed class PlacementFence
{
    private const int Remembered = 10_000;

    private readonly Dictionary<CallId, int> epochs = [];
    private readonly HashSet<CallId> open = [];
    private readonly Queue<(CallId Call, int Epoch)> closed = new();

    public static readonly Refusal Stale = new("placement-stale", "The call has been placed elsewhere since.", 409);

    /// <summary>True when the epoch is current; a higher one becomes current.</summary>
    public bool Passes(CallId call, int epoch)
    {
        lock (epochs)
        {
            if (epochs.TryGetValue(call, out var known) && epoch < known)
            {
                return false;
            }
            epochs[call] = epoch;
            open.Add(call);
            return true;
        }
    }

    /// <summary>Like <see cref="Passes"/> but leaves no trace: for offers, which store nothing.</summary>
    public bool WouldPass(CallId call, int epoch)
    {
        lock (epochs)
        {
            return !epochs.TryGetValue(call, out var known) || epoch >= known;
        }
    }

    public int EpochOf(CallId call)
    {
        lock (epochs)
        {
            return epochs.GetValueOrDefault(call);
        }
    }

    /// <summary>The calls that live here.</summary>
    public IReadOnlyList<PlacedCall> Open()
    {
        lock (epochs)
        {
            return [.. open.Select(call => new PlacedCall(call, epochs[call]))];
        }
    }

    /// <summary>The call is over; its epoch is kept among the last ten thousand.</summary>
    public void Close(CallId call)
    {
        lock (epochs)
        {
            open.Remove(call);
            closed.Enqueue((call, epochs.GetValueOrDefault(call)));
            if (closed.Count > Remembered && closed.Dequeue() is var oldest && !open.Contains(oldest.Call) && epochs.GetValueOrDefault(oldest.Call) == oldest.Epoch)
            {
                epochs.Remove(oldest.Call);
            }
        }
    }
}

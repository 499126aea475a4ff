using System.Collections.Concurrent;
using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Passes;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace FirstRing.Signaling.Doors;

/// <summary>What the transports share: who is at the door, how much they may send, and reading on from a cursor.</summary>
internal sealed class Line(CallLog log, Sends sends, PassReader passes, TimeProvider clock, IHostApplicationLifetime host)
{
    public const int LargestFrame = 64 * 1024, ConnectionsEach = 8;
    const double SendsPerSecond = 30, Burst = 60;
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);
    public static readonly Refusal TooMany = new("too-many", "Too much at once. Wait a moment.", 429);

    readonly ConcurrentDictionary<string, Bucket> _buckets = new();
    readonly ConcurrentDictionary<string, List<CancellationTokenSource>> _open = new();

    sealed class Bucket { public double Left = Burst; public long At; }

    public CancellationToken Stopping => host.ApplicationStopping;
    public TimeProvider Clock => clock;

    /// <summary>The entrant of a pass, entered into the call; null for a pass that does not open it.</summary>
    public async Task<Entrant?> Enter(string? pass, CancellationToken stop) =>
        Entrant.From(await passes.Read(pass)) is { } entrant && await Presence.EnterOrRefuse(log, entrant, stop) ? entrant : null;

    public async Task<Entrant?> Enter(HttpRequest request, CancellationToken stop) =>
        Entrant.From(await passes.ReadBearer(request)) is { } entrant && await Presence.EnterOrRefuse(log, entrant, stop) ? entrant : null;

    public Task Seen(Entrant entrant, CancellationToken stop) => Presence.Seen(log, entrant, stop);

    public Task<Refusal?> Send(Entrant entrant, SendFrame send, CancellationToken stop) =>
        MaySend(entrant.Participant) ? sends.Handle(entrant, send, stop) : Task.FromResult<Refusal?>(TooMany);

    bool MaySend(string participant)
    {
        var bucket = _buckets.GetOrAdd(participant, _ => new Bucket { At = clock.GetTimestamp() });
        lock (bucket)
        {
            bucket.Left = Math.Min(Burst, bucket.Left + clock.GetElapsedTime(bucket.At).TotalSeconds * SendsPerSecond);
            bucket.At = clock.GetTimestamp();
            if (bucket.Left < 1) return false;
            bucket.Left--;
            return true;
        }
    }

    /// <summary>A place among the participant's connections; the newest wins, and the oldest beyond the limit is told to stop.</summary>
    public Held Hold(string participant, CancellationToken stop)
    {
        var own = CancellationTokenSource.CreateLinkedTokenSource(stop, Stopping);
        var all = _open.GetOrAdd(participant, _ => []);
        CancellationTokenSource? oldest = null;
        lock (all)
        {
            all.Add(own);
            if (all.Count > ConnectionsEach)
            {
                oldest = all[0];
                all.RemoveAt(0);
            }
        }
        oldest?.Cancel();
        return new Held(own, () =>
        {
            lock (all) all.Remove(own);
            own.Dispose();
        });
    }

    public sealed record Held(CancellationTokenSource Source, Action Release) : IDisposable
    {
        public void Dispose() => Release();
    }

    /// <summary>
    /// Everything the entrant may see after the cursor, as wire texts, page by page, for ever: an empty page means that nothing came for a while.
    /// A foreign cursor yields a reset and then the log from its start.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> Follow(Entrant entrant, string? cursor, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        var incarnation = await log.IncarnationOf(entrant.Call, stop) ?? "";
        var ours = CallLog.TryCursor(cursor, out var of, out var after) && of == incarnation;
        if (!ours)
        {
            after = 0;
            if (!string.IsNullOrEmpty(cursor)) yield return ["""{"t":"reset"}"""];
        }
        while (!stop.IsCancellationRequested)
        {
            using var ticket = log.Store.Wakes.Watch(entrant.Call);
            var rows = await log.Read(entrant.Call, entrant.Participant, after, stop);
            if (rows.Count > 0)
            {
                after = rows[^1].Sequence;
                yield return [.. rows.Select(row => CallLog.Wire(incarnation, row))];
            }
            else
            {
                yield return [];
                await ticket.Wait(LookAgain, stop);
            }
        }
    }

    public static readonly Problem TooManyProblem = new(TooMany.Code, TooMany.Title, TooMany.Status);
}

using System.Data.Common;
using System.Runtime.CompilerServices;
using FirstRing.Contracts;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Sealing;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Signaling.Doors;

/// <summary>What the transports share: who is at the door, how often they may knock and send, and reading on from a cursor.</summary>
internal sealed class Line(CallLog log, Sends sends, Reconciler reconciler, Places places, PassReader passes, TimeProvider clock)
{
    const string Audience = "signaling";
    public const int LargestFrame = 64 * 1024;
    public const string Reset = """{"t":"reset"}""";
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);
    public static readonly Problem TooMany = new("too-many", "Too much at once. Wait a moment.", 429);

    // A long poll opens once for each batch of events, so it is allowed more openings than sends.
    readonly Allowance _sends = new(perSecond: 30, burst: 60, clock), _openings = new(perSecond: 60, burst: 240, clock);

    public TimeProvider Clock => clock;

    public async Task<(Entrant? Entrant, Problem? Problem)> Enter(HttpRequest request, CancellationToken stop) => await Enter(await passes.ReadBearer(request, Audience), stop);

    public async Task<(Entrant? Entrant, Problem? Problem)> Enter(string? pass, CancellationToken stop) => await Enter(await passes.Read(pass, Audience), stop);

    async Task<(Entrant?, Problem?)> Enter(Pass? pass, CancellationToken stop)
    {
        if (Entrant.From(pass) is not { } entrant) return (null, Problem.NoPass);
        if (!_openings.Take(entrant.Participant)) return (null, TooMany);
        if (await EndedLogins.Has(log.Store, entrant.Login, stop)) return (null, Problem.NoPass);
        var entry = await Presence.Enter(log, entrant, stop);
        if (entry == Entry.Moved) reconciler.Nudge(entrant.Call);
        return entry == Entry.Refused ? (null, Problem.NoPass) : (entrant, null);
    }

    /// <summary>The one who sends, checked but not entered.</summary>
    public async Task<Entrant?> Known(HttpRequest request) => Entrant.From(await passes.ReadBearer(request, Audience));

    public Places.Place Hold(Entrant entrant, CancellationToken stop) => places.Take(entrant, stop);

    public Task Seen(Entrant entrant, CancellationToken stop) => Presence.Seen(log, entrant, stop);

    public async Task<Refusal?> Send(Entrant entrant, SendFrame send, CancellationToken stop)
    {
        if (!_sends.Take(entrant.Participant)) return new Refusal(TooMany.Code, TooMany.Title, TooMany.Status);
        try
        {
            return await sends.Handle(entrant, send, stop);
        }
        catch (Exception away) when (away is HttpRequestException or Refit.ApiException or DbException or KeysUnavailable or AuditBehindException)
        {
            // It may or may not have been done; sent again with the same id it is done once.
            return Settling.Unavailable;
        }
    }

    /// <summary>
    /// Everything the entrant may see after the cursor, as wire texts, page by page, for ever: an empty page means that nothing came for a while.
    /// A foreign cursor yields a reset and then the log from its start.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> Follow(Entrant entrant, string? cursor, [EnumeratorCancellation] CancellationToken stop)
    {
        var incarnation = await log.IncarnationOf(entrant.Call, stop) ?? "";
        if (!CallLog.TryCursor(cursor, out var of, out var after) || of != incarnation)
        {
            after = 0;
            if (!string.IsNullOrEmpty(cursor)) yield return [Reset];
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
}

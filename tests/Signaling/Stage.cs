using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Signaling;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Signaling;

/// <summary>One signaling node on a store, without its doors, beside media nodes in memory. Time stands still until a test moves it.</summary>
internal sealed class Stage : IAsyncDisposable
{
    readonly bool _owns;

    Stage(TestStore test, Store store, MediaFleet media, bool owns)
    {
        (Test, Store, Media, _owns) = (test, store, media, owns);
        Log = new CallLog(store);
        Listening = new Listening(test.Clock);
        Settling = new Settling(Log, media.At, Listening, Here);
        Reconciler = new Reconciler(Log, Settling, media.At, Listening, test.Clock, NullLogger<Reconciler>.Instance);
        Sends = new Sends(Log, Reconciler, Settling, test.Clock);
    }

    public static Cell Here { get; } = new("here");
    public TestStore Test { get; }
    public Store Store { get; }
    public MediaFleet Media { get; }
    public CallLog Log { get; }
    public Listening Listening { get; }
    public Settling Settling { get; }
    public Reconciler Reconciler { get; }
    public Sends Sends { get; }
    public static string Tenant { get; } = new TenantId(NewId.Random()).ToString();

    public static async Task<Stage> Open(Dialect dialect)
    {
        var test = await TestStore.Open(dialect, new TestStoreOptions("signaling", [typeof(SignalingModule)], ConsumersOf: _ => ["scheduling"]));
        return new Stage(test, test.Store, new MediaFleet(), owns: true);
    }

    /// <summary>A second signaling node on the same database and media nodes.</summary>
    public async Task<Stage> Another() => new(Test, await Test.OpenAnother(), Media, owns: false);

    public CallScene NewCall() => new(this);

    /// <summary>The live media nodes beat once.</summary>
    public async Task Beat()
    {
        foreach (var node in Media.Live)
            foreach (var call in (await Nodes.Beat(Store, node.Beat(), default)).Drop) node.Drop(call);
    }

    /// <summary>Seconds pass, with a beat of the live nodes and an ear of ours in each.</summary>
    public async Task Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Test.Clock.Advance(TimeSpan.FromSeconds(1));
            Listening.Hear();
            await Beat();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Reconciler.StopAsync(CancellationToken.None);
        Reconciler.Dispose();
        if (_owns) await Test.DisposeAsync();
    }
}

/// <summary>One call and the people with a pass into it.</summary>
internal sealed class CallScene(Stage stage)
{
    readonly string _visit = new VisitId(NewId.Random()).ToString();

    public string Call { get; } = new CallId(NewId.Random()).ToString();

    public Entrant Someone(string role) => new(Stage.Tenant, _visit, Call, new ParticipantId(NewId.Random()).ToString(), role, new LoginId(NewId.Random()).ToString(), long.MaxValue);

    public async Task<Entrant> Entered(string role)
    {
        var who = Someone(role);
        await Enter(who);
        return who;
    }

    public async Task<Entry> Enter(Entrant who)
    {
        Acting.As(who.Caller); // as the door does
        var entry = await Presence.Enter(stage.Log, who, default);
        if (entry == Entry.Moved) stage.Reconciler.Nudge(Call);
        await stage.Reconciler.Quiet(Call);
        return entry;
    }

    /// <summary>Sends and waits until the node has been brought in line, or could not be. The refusal's code, null when done.</summary>
    public async Task<string?> Send(Entrant who, string type, object? body = null, string? id = null)
    {
        Acting.As(who.Caller); // as the door does
        var frame = new SendFrame(id ?? NewId.Random().ToString(), type, JsonSerializer.SerializeToElement(body ?? new { }));
        var refused = await stage.Sends.Handle(who, frame, default);
        await stage.Reconciler.Quiet(Call);
        return refused?.Code;
    }

    public Task<string?> Admit(Entrant clinician, Entrant who) => Send(clinician, "admit", new { participant = who.Participant });

    /// <summary>Brings the node in line until nothing is left to do.</summary>
    public async Task Settle()
    {
        await stage.Reconciler.Quiet(Call);
        for (var times = 0; times < 20; times++)
            if (await stage.Settling.Settle(Call, default)) return;
        throw new InvalidOperationException("The call does not settle.");
    }

    /// <summary>Everything the participant may see now, from the start.</summary>
    public async Task<List<EventRow>> See(Entrant who, long after = 0)
    {
        var all = new List<EventRow>();
        while (await stage.Log.Read(Call, who.Participant, all.Count > 0 ? all[^1].Sequence : after, default) is { Count: > 0 } page) all.AddRange(page);
        return all;
    }

    public async Task<List<string>> Types(Entrant who, long after = 0) => [.. (await See(who, after)).Select(row => row.Type)];

    public Task<ParticipantRow?> Row(Entrant who) => stage.Store.Commit(who.Caller, transaction => CallLog.Participant(transaction, Call, who.Participant), default);

    public async Task<CallRow> CallRow() => (await stage.Store.Commit(Caller.System("signaling"), transaction => CallLog.Call(transaction, Call), default))!;

    public Task<List<ParticipantRow>> Rows() => stage.Store.Commit(Caller.System("signaling"), transaction => CallLog.Participants(transaction, Call), default);

    /// <summary>As if nothing had been heard of someone, and of nobody else, for longer than the grace.</summary>
    public async Task Lose(Entrant who)
    {
        await stage.Store.Commit(who.Caller, transaction => transaction.Execute(
            "UPDATE participants SET last_seen = CASE WHEN participant = @Participant THEN 0 ELSE @now END WHERE call = @Call", new { who.Call, who.Participant, now = transaction.Now }), default);
        await Silence.Sweep(stage.Log, stage.Reconciler.Nudge, default);
        await stage.Reconciler.Quiet(Call);
    }
}

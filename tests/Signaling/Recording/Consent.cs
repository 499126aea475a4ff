using System.Text.Json;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Recording;

/// <summary>A call is recorded while everyone who is in it has said yes, and at no other moment.</summary>
public sealed class Consent
{
    sealed record Told(string Recording, string State, IReadOnlyList<string> Asked, string Reason);

    sealed class Room : IAsyncDisposable
    {
        public required Stage Stage { get; init; }
        public required CallScene Scene { get; init; }
        public required MemoryNode Node { get; init; }
        public required Entrant Clinician { get; init; }
        public required Entrant Patient { get; init; }
        public RecordCall? Running => Node.RecordingOf(Scene.Call);
        public ValueTask DisposeAsync() => Stage.DisposeAsync();

        public static async Task<Room> Open(Dialect dialect)
        {
            var stage = await Stage.Open(dialect);
            var node = stage.Media.Add("a");
            await stage.Pass(4);
            var scene = stage.NewCall();
            var room = new Room { Stage = stage, Scene = scene, Node = node, Clinician = await scene.Entered("clinician"), Patient = await scene.Entered("patient") };
            Assert.Null(await scene.Send(room.Clinician, "join"));
            Assert.Null(await scene.Send(room.Patient, "join"));
            Assert.Null(await scene.Admit(room.Clinician, room.Patient));
            return room;
        }

        public async Task<Told?> TellsTo(Entrant who) =>
            (await Scene.See(who)).LastOrDefault(row => row.Type == "recording") is { } row ? JsonSerializer.Deserialize<Told>(row.Body, JsonSerializerOptions.Web) : null;

        public async Task<string?> Says(Entrant who, bool yes) => await Scene.Send(who, "record-answer", new { recording = (await TellsTo(who))!.Recording, yes });

        public async Task Records()
        {
            Assert.Null(await Scene.Send(Clinician, "record"));
            Assert.Null(await Says(Patient, true));
            Assert.NotNull(Running);
        }
    }

    [Theory, BothDialects]
    public async Task It_is_asked_for_answered_by_each_and_begins_with_the_last_yes(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        Assert.Null(await room.Scene.Send(room.Clinician, "record"));
        Assert.Null(await room.Scene.Send(room.Clinician, "record"));
        Assert.Empty(room.Node.Orders);
        var told = (await room.TellsTo(room.Patient))!;
        Assert.Equal(("asking", room.Patient.Participant), (told.State, Assert.Single(told.Asked)));
        Assert.Equal(told.Recording, (await room.TellsTo(room.Clinician))!.Recording);

        Assert.Null(await room.Says(room.Patient, true));
        var order = Assert.Single(room.Node.Orders);
        Assert.Equal((RecordingStates.Running, told.Recording, 32), (order.State, order.Recording.ToString(), Convert.FromBase64String(order.Key).Length));
        foreach (var one in new[] { room.Patient, room.Clinician }) Assert.Equal("running", (await room.TellsTo(one))!.State);
        // The key is in the order, and nowhere as it is.
        var secret = await room.Stage.Store.ReadOne<byte[]>("SELECT secret FROM recordings", null, default);
        Assert.Equal(-1, secret.AsSpan().IndexOf(Convert.FromBase64String(order.Key)));
        Assert.Equal(["recording.ask", "recording.yes", "recording.yes", "recording.running", "recording.order"],
            await room.Stage.Store.ReadList<string>("SELECT action FROM audit_outbox WHERE action LIKE 'recording.%' ORDER BY counter", null, default));
        Assert.Null(await AuditChain.FirstBreak(room.Stage.Store, default));
    }

    [Theory, BothDialects]
    public async Task Who_comes_later_is_let_into_a_recording_that_rests_and_asked(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Records();
        var guest = await room.Scene.Entered("guest");
        await room.Scene.Send(guest, "join");
        Assert.NotNull(room.Running);
        Assert.Null(await room.TellsTo(guest)); // who waits learns nothing
        var wasRunning = true;
        room.Node.Way = verb =>
        {
            if (verb == "admit") wasRunning = room.Running is not null;
            return Task.CompletedTask;
        };
        Assert.Null(await room.Scene.Admit(room.Clinician, guest));
        Assert.False(wasRunning); // it rested before the node let them in
        Assert.Null(room.Running);
        Assert.Equal(("resting", guest.Participant), ((await room.TellsTo(room.Patient))!.State, (await room.TellsTo(guest))!.Asked.Single()));

        Assert.Null(await room.Says(guest, true));
        Assert.NotNull(room.Running);
        Assert.Equal(["running", "resting", "running"], room.Node.Orders.Select(order => order.State));
        Assert.Equal(room.Node.Orders[0].Key, room.Node.Orders[2].Key);
        Assert.Empty(room.Node.Orders[1].Key);
        // Whoever was lost and comes back has answered.
        await room.Scene.Lose(guest);
        await room.Scene.Enter(guest);
        Assert.NotNull(room.Running);
    }

    [Theory, BothDialects]
    public async Task Who_has_not_answered_and_leaves_holds_nothing_up(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Records();
        var guest = await room.Scene.Entered("guest");
        await room.Scene.Send(guest, "join");
        await room.Scene.Admit(room.Clinician, guest);
        Assert.Null(room.Running);
        await room.Scene.Send(guest, "leave");
        Assert.NotNull(room.Running);
        // With nobody there nothing runs.
        await room.Scene.Send(room.Patient, "leave");
        await room.Scene.Send(room.Clinician, "leave");
        Assert.Null(room.Running);
    }

    [Theory, BothDialects]
    public async Task A_no_ends_it_before_it_begins_and_after(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        await room.Scene.Send(room.Clinician, "record");
        Assert.Null(await room.Says(room.Patient, false));
        Assert.Equal(("stopped", "declined"), ((await room.TellsTo(room.Clinician))!.State, (await room.TellsTo(room.Clinician))!.Reason));
        Assert.Equal("no-such-recording", await room.Says(room.Patient, true));
        Assert.Empty(room.Node.Orders);

        await room.Records();
        var first = room.Running!;
        Assert.Null(await room.Says(room.Patient, false));
        Assert.Null(room.Running);
        Assert.Equal("withdrawn", (await room.TellsTo(room.Clinician))!.Reason);
        Assert.Equal(RecordingStates.Stopped, room.Node.Orders[^1].State);
        // Both acts are kept.
        Assert.Equal([1L, 0L], await room.Stage.Store.ReadList<long>("SELECT yes FROM recording_answers WHERE recording = @id AND participant = @who ORDER BY number",
            new { id = first.Recording.ToString(), who = room.Patient.Participant }, default));

        // Asked for again it is another one, with another key, and a yes to it is another yes.
        Assert.Null(await room.Scene.Send(room.Clinician, "record"));
        Assert.Null(room.Running);
        Assert.Null(await room.Says(room.Patient, true));
        Assert.NotEqual((first.Recording, first.Key), (room.Running!.Recording, room.Running.Key));
        Assert.Null(await room.Scene.Send(room.Clinician, "record-stop", new { recording = room.Running.Recording.ToString() }));
        Assert.Null(room.Running);
    }

    [Theory, BothDialects]
    public async Task Only_a_clinician_in_the_call_asks_and_ends_and_only_who_is_in_it_answers(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        Assert.Equal("not-allowed", await room.Scene.Send(room.Patient, "record"));
        var colleague = await room.Scene.Entered("clinician");
        Assert.Equal("not-admitted", await room.Scene.Send(colleague, "record"));
        await room.Records();
        var recording = new { recording = room.Running!.Recording.ToString(), yes = true };
        Assert.Equal("not-allowed", await room.Scene.Send(room.Patient, "record-stop", recording));
        var guest = await room.Scene.Entered("guest");
        await room.Scene.Send(guest, "join");
        Assert.Equal("not-admitted", await room.Scene.Send(guest, "record-answer", recording));
        Assert.Equal("no-such-recording", await room.Scene.Send(room.Patient, "record-answer", recording with { recording = new Contracts.RecordingId(Platform.Ids.NewId.Random()).ToString() }));
        foreach (var body in new object[] { new { }, new { recording = 1, yes = true }, new { yes = true } }) Assert.Equal("send-not-valid", await room.Scene.Send(room.Patient, "record-answer", body));
        Assert.NotNull(room.Running);
    }

    [Theory, BothDialects]
    public async Task It_ends_with_the_call_and_where_the_node_cannot_record(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        room.Node.CannotRecord = true;
        await room.Scene.Send(room.Clinician, "record");
        await room.Says(room.Patient, true);
        Assert.Equal(("stopped", "cannot-record"), ((await room.TellsTo(room.Patient))!.State, (await room.TellsTo(room.Patient))!.Reason));
        room.Node.CannotRecord = false;
        await room.Records();
        await room.Scene.Send(room.Clinician, "end");
        Assert.Null(room.Running);
        Assert.Equal("call-ended", await room.Stage.Store.ReadOne<string>("SELECT reason FROM recordings WHERE reason <> 'cannot-record'", null, default));
    }

    [Theory, BothDialects]
    public async Task An_order_to_run_that_is_overtaken_by_one_to_rest_is_not_carried_out_after_it(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var (held, arrived) = (new TaskCompletionSource(), new TaskCompletionSource());
        room.Node.Way = verb =>
        {
            if (verb != "record" || arrived.Task.IsCompleted) return Task.CompletedTask;
            arrived.SetResult();
            return held.Task;
        };
        await room.Scene.Send(room.Clinician, "record");
        var guest = await room.Scene.Entered("guest");
        await room.Scene.Send(guest, "join");
        var yes = room.Says(room.Patient, true);
        await arrived.Task;
        // Another signaling node lets the guest in meanwhile.
        var other = await room.Stage.Another();
        await using var _ = other;
        Platform.Http.Acting.As(room.Clinician.Caller);
        Assert.Null(await other.Sends.Handle(room.Clinician, new FirstRing.Signaling.Log.SendFrame("let-in", "admit", JsonSerializer.SerializeToElement(new { participant = guest.Participant })), default));
        await other.Reconciler.Quiet(room.Scene.Call);
        Assert.Contains(guest.Participant, room.Node.SeatsOf(room.Scene.Call).Keys);
        held.SetResult();
        await yes;
        Platform.Http.Acting.As(Platform.Http.Caller.System("signaling"));
        await room.Scene.Settle();
        Assert.Equal(["resting"], room.Node.Orders.Select(order => order.State));
        Assert.Equal("resting", (await room.TellsTo(room.Patient))!.State);
    }

    [Theory, BothDialects]
    public async Task It_goes_on_on_another_node_as_the_same_recording_and_ends_on_both_while_the_call_moves(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var second = room.Stage.Media.Add("b");
        await room.Records();
        var first = room.Running!;
        room.Node.IsDown = true;
        await room.Stage.Pass(4);
        await room.Scene.Settle();
        var again = second.RecordingOf(room.Scene.Call)!;
        Assert.Equal((first.Recording, first.Key, 2), (again.Recording, again.Key, again.PlacementEpoch));

        // Now that one gives its calls away while it still carries them.
        room.Node.Restart();
        await room.Stage.Beat();
        foreach (var one in new[] { room.Clinician, room.Patient })
        {
            await room.Scene.Send(one, "connect");
            await room.Stage.Store.Commit(one.Caller, transaction => transaction.Execute("UPDATE participants SET peer_state = 'connected' WHERE participant = @Participant", new { one.Participant }), default);
        }
        second.IsDraining = true;
        await room.Stage.Beat();
        await room.Scene.Settle();
        Assert.NotNull(room.Running);
        Assert.NotNull(second.RecordingOf(room.Scene.Call));
        Assert.Null(await room.Says(room.Patient, false));
        Assert.Null(room.Running);
        Assert.Null(second.RecordingOf(room.Scene.Call));
    }
}

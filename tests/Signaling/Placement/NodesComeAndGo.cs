using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Placement;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Placement;

public sealed class NodesComeAndGo
{
    /// <summary>A clinician and a patient in a call on node a, with node b idle beside it.</summary>
    internal static async Task<(Stage Stage, CallScene Scene, Entrant Clinician, Entrant Patient, MemoryNode A, MemoryNode B)> InCall(Dialect dialect)
    {
        var stage = await Stage.Open(dialect);
        var (a, b) = (stage.Media.Add("a"), stage.Media.Add("b"));
        b.Load = 0.5;
        await stage.Pass(4);
        var scene = stage.NewCall();
        var (clinician, patient) = (await scene.Entered("clinician"), await scene.Entered("patient"));
        foreach (var one in new[] { clinician, patient }) await scene.Send(one, "connect");
        foreach (var one in new[] { clinician, patient }) await scene.Send(one, "join");
        await scene.Admit(clinician, patient);
        Assert.Equal(2, a.SeatsOf(scene.Call).Count);
        return (stage, scene, clinician, patient, a, b);
    }

    [Theory, BothDialects]
    public async Task When_a_node_dies_everyone_gets_an_offer_of_another_and_is_in_there_too(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, b) = await InCall(dialect);
        await using var _ = stage;
        a.IsDown = true;
        await stage.Pass(4);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("b", 2L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Equal(a.SeatsOf(scene.Call), b.SeatsOf(scene.Call));
        foreach (var one in new[] { clinician, patient })
        {
            var seen = await scene.See(one);
            Assert.Contains("\"generation\":2,\"placementEpoch\":2", Assert.Single(seen, row => row.Type == "offer").Body); // the one before it is passed over
            Assert.Single(seen, row => row.Type == "admitted"); // nobody left, nobody came
            Assert.DoesNotContain(seen, row => row.Type == "left");
        }
    }

    [Theory, BothDialects]
    public async Task While_the_store_is_away_no_beat_is_heard_so_no_node_is_taken_for_dead_when_it_is_back(Dialect dialect)
    {
        var (stage, scene, _, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        await Rename("nodes", "away");
        for (var second = 0; second < 10; second++)
        {
            stage.Test.Clock.Advance(TimeSpan.FromSeconds(1));
            await stage.Reconciler.Sweep(default);
        }
        await Rename("away", "nodes");
        await Nodes.Beat(stage.Store, b.Beat(), default); // of the two that live, this one comes first
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("a", 1L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Equal(2, a.SeatsOf(scene.Call).Count);

        Task Rename(string from, string to) => stage.Store.Commit(Platform.Http.Caller.System("test"), transaction => transaction.Execute($"ALTER TABLE {from} RENAME TO {to}"), default);
    }

    [Theory, BothDialects]
    public async Task A_node_that_starts_anew_holds_nothing_so_its_calls_are_placed_again(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        b.IsDown = true;
        a.Restart();
        await stage.Beat();
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("a", 2L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Equal(2, a.SeatsOf(scene.Call).Count);
        Assert.Contains("\"generation\":2", (await scene.See(clinician)).Last(row => row.Type == "offer").Body);
    }

    [Theory, BothDialects]
    public async Task After_a_pause_of_ours_a_node_has_its_full_time_to_be_heard(Dialect dialect)
    {
        var (stage, scene, _, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        // Nobody could beat while we were away; b is heard first.
        stage.Test.Clock.Advance(TimeSpan.FromMinutes(1));
        await Nodes.Beat(stage.Store, b.Beat(), default);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("a", 1L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        await stage.Pass(4);
        await stage.Reconciler.Sweep(default);
        await stage.Reconciler.Quiet(scene.Call);
        Assert.Equal(("a", 1L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Equal(2, a.SeatsOf(scene.Call).Count);
    }

    [Theory, BothDialects]
    public async Task A_node_that_was_only_cut_off_is_told_what_to_drop_and_refuses_who_speaks_of_an_old_placement(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        a.IsDown = true;
        await stage.Pass(4);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        a.IsDown = false;
        var call = TypedId.Parse<CallId>(scene.Call);
        Assert.Equal([new PlacedCall(call, 1)], (await Nodes.Beat(stage.Store, a.Beat(), default)).Drop);
        Assert.Empty((await Nodes.Beat(stage.Store, b.Beat(), default)).Drop);
        var late = await b.Admit(new AdmitParticipant(call, TypedId.Parse<ParticipantId>(clinician.Participant), 5, 1), default);
        Assert.Equal("placement-stale", late.Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_report_of_an_old_placement_or_generation_changes_nothing(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        var report = new PeerReport(TypedId.Parse<CallId>(scene.Call), TypedId.Parse<ParticipantId>(clinician.Participant), 1, 1, "failed");
        Task Say(PeerReport what, Guid? incarnation = null) => PeerReports.Take(stage.Log, stage.Reconciler, new ReportPeers("a", incarnation ?? a.Incarnation, [what]), default);
        await Say(report with { Generation = 0 });
        await Say(report with { PlacementEpoch = 0 });
        await Say(report with { State = "nonsense" });
        await Say(report, Platform.Ids.NewId.Random());
        await stage.Reconciler.Quiet(scene.Call);
        Assert.Equal((1L, ""), ((await scene.Row(clinician))!.Generation, (await scene.Row(clinician))!.PeerState));

        await Say(report);
        await stage.Reconciler.Quiet(scene.Call);
        Assert.Equal(2, (await scene.Row(clinician))!.Generation);
    }

    [Theory, BothDialects]
    public async Task Who_is_away_when_the_transport_fails_gets_the_offer_when_they_come_back(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        await stage.Pass(20);
        await PeerReports.Take(stage.Log, stage.Reconciler, new ReportPeers("a", a.Incarnation,
            [new PeerReport(TypedId.Parse<CallId>(scene.Call), TypedId.Parse<ParticipantId>(clinician.Participant), 1, 1, "failed")]), default);
        await stage.Reconciler.Quiet(scene.Call);
        Assert.Equal(1, (await scene.Row(clinician))!.Generation);
        await scene.Enter(clinician);
        Assert.Equal(2, (await scene.Row(clinician))!.Generation);
    }

    [Theory, BothDialects]
    public async Task A_seat_is_free_on_the_node_before_it_is_given_again(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, _) = await InCall(dialect);
        await using var __ = stage;
        // Ids sort by chance, so among several one comes before the one whose seat it gets.
        for (var turn = 0; turn < 6; turn++)
        {
            var next = await scene.Entered("guest");
            await scene.Send(next, "join");
            a.IsDown = true;
            await scene.Send(patient, "leave");
            await scene.Admit(clinician, next);
            a.IsDown = false;
            Assert.True(await stage.Settling.Settle(scene.Call, default));
            Assert.Equal(1, a.SeatsOf(scene.Call)[next.Participant]);
            patient = next;
        }
    }

    [Theory, BothDialects]
    public async Task Who_leaves_while_the_node_is_being_told_of_them_is_not_left_inside(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        var guest = await scene.Entered("guest");
        await scene.Send(guest, "join");
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        a.Way = async verb =>
        {
            if (verb != "admit" || arrived.Task.IsCompleted) return;
            arrived.SetResult();
            await go.Task;
        };
        var admitting = scene.Admit(clinician, guest);
        await arrived.Task;
        // Another signaling node takes the departure and brings it to the node while the admission is still on its way.
        await stage.Sends.Handle(guest, new FirstRing.Signaling.Log.SendFrame("go", "leave", default), default);
        Assert.True(await stage.Settling.Settle(scene.Call, default));
        go.SetResult();
        await admitting;
        await scene.Settle();
        Assert.DoesNotContain(guest.Participant, a.SeatsOf(scene.Call).Keys);
        Assert.DoesNotContain("admitted", await scene.Types(guest));
    }

    [Theory, BothDialects]
    public async Task What_one_signaling_node_left_behind_another_brings_to_an_end(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        var guest = await scene.Entered("guest");
        await scene.Send(guest, "connect");
        a.IsDown = true;
        await scene.Send(guest, "join");
        await scene.Admit(clinician, guest);
        a.IsDown = false;
        // A fresh process knows nothing but the rows.
        var listening = new Listening(stage.Test.Clock);
        using var fresh = new Reconciler(stage.Log, new Settling(stage.Log, stage.Media.At, listening, Stage.Here), stage.Media.At, listening, stage.Test.Clock,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Reconciler>.Instance);
        await fresh.Sweep(default);
        await fresh.Quiet(scene.Call);
        Assert.Contains(guest.Participant, a.SeatsOf(scene.Call).Keys);
        Assert.Contains("admitted", await scene.Types(guest));
    }

    [Theory, BothDialects]
    public async Task An_earlier_start_of_a_node_that_still_beats_does_not_take_its_place_back(Dialect dialect)
    {
        var (stage, scene, _, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        var old = a.Beat();
        a.Restart();
        await stage.Beat();
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        var drop = (await Nodes.Beat(stage.Store, old, default)).Drop;
        Assert.Equal(TypedId.Parse<CallId>(scene.Call), Assert.Single(drop).Call);
        Assert.Equal(a.Incarnation.ToString("N"), await stage.Store.ReadOne<string>("SELECT incarnation FROM nodes WHERE node = 'a'", null, default));
    }
}

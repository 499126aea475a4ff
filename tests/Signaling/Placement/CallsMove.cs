using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Placement;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Placement;

/// <summary>A node that gives its calls away: they are on another before this one lets them go.</summary>
public sealed class CallsMove
{
    /// <summary>Two in a call on node a, both connected, with node b beside it.</summary>
    static async Task<(Stage Stage, CallScene Scene, Entrant Clinician, Entrant Patient, MemoryNode A, MemoryNode B)> InCall(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, b) = await NodesComeAndGo.InCall(dialect);
        foreach (var one in new[] { clinician, patient }) await Connected(stage, scene, one, a, epoch: 1);
        return (stage, scene, clinician, patient, a, b);
    }

    static async Task Connected(Stage stage, CallScene scene, Entrant who, MemoryNode node, int epoch) => await PeerReports.Take(stage.Log, stage.Reconciler,
        new ReportPeers(node.Name, node.Incarnation, [new PeerReport(TypedId.Parse<CallId>(scene.Call), TypedId.Parse<ParticipantId>(who.Participant), (int)(await scene.Row(who))!.Generation, epoch, "connected")]), default);

    static async Task Drain(Stage stage, CallScene scene, MemoryNode node)
    {
        node.IsDraining = true;
        await stage.Beat();
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
    }

    static async Task<IReadOnlyList<PlacedCall>> ToldToDrop(Stage stage, MemoryNode node) => (await Nodes.Beat(stage.Store, node.Beat(), default)).Drop;

    [Theory, BothDialects]
    public async Task A_call_is_on_another_node_for_all_before_the_draining_one_is_told_to_drop_it(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, b) = await InCall(dialect);
        await using var _ = stage;
        await Drain(stage, scene, a);
        Assert.Equal(("b", 2L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Equal(a.SeatsOf(scene.Call), b.SeatsOf(scene.Call));
        foreach (var one in new[] { clinician, patient })
            Assert.Contains("\"generation\":2,\"placementEpoch\":2", Assert.Single(await scene.See(one), row => row.Type == "offer").Body);

        Assert.Empty(await ToldToDrop(stage, a));
        await Connected(stage, scene, patient, b, epoch: 2);
        Assert.Empty(await ToldToDrop(stage, a)); // the clinician still hears the patient there
        await Connected(stage, scene, clinician, b, epoch: 2);
        Assert.Equal([new PlacedCall(TypedId.Parse<CallId>(scene.Call), 1)], await ToldToDrop(stage, a));
        Assert.Empty(await ToldToDrop(stage, b));
    }

    [Theory, BothDialects]
    public async Task Who_does_not_come_along_holds_the_old_node_up_for_ten_seconds_and_no_longer(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        await Drain(stage, scene, a);
        await Connected(stage, scene, clinician, b, epoch: 2);
        await stage.Pass(9);
        await Handover.Sweep(stage.Store, default);
        Assert.Empty(await ToldToDrop(stage, a));
        await stage.Pass(1);
        await Handover.Sweep(stage.Store, default);
        Assert.Single(await ToldToDrop(stage, a));
    }

    [Theory, BothDialects]
    public async Task Reports_of_the_node_that_is_left_count_no_more(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, _) = await InCall(dialect);
        await using var __ = stage;
        await Drain(stage, scene, a);
        foreach (var one in new[] { clinician, patient }) await Connected(stage, scene, one, a, epoch: 1);
        Assert.Empty(await ToldToDrop(stage, a));
        Assert.Equal("moving", (await scene.Row(patient))!.PeerState);
    }

    [Theory, BothDialects]
    public async Task Who_is_put_out_while_the_call_moves_is_out_of_both_nodes(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, b) = await InCall(dialect);
        await using var _ = stage;
        await Drain(stage, scene, a);
        await scene.Send(clinician, "remove", new { participant = patient.Participant });
        await scene.Settle();
        Assert.Equal([clinician.Participant], a.SeatsOf(scene.Call).Keys);
        Assert.Equal([clinician.Participant], b.SeatsOf(scene.Call).Keys);
    }

    [Theory, BothDialects]
    public async Task A_call_that_ends_while_it_moves_is_closed_on_both_nodes(Dialect dialect)
    {
        var (stage, scene, clinician, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        await Drain(stage, scene, a);
        await scene.Send(clinician, "end");
        await scene.Settle();
        Assert.True(a.IsClosed(scene.Call));
        Assert.True(b.IsClosed(scene.Call));
    }

    [Theory, BothDialects]
    public async Task With_no_other_node_a_call_stays_and_the_draining_one_is_told_that_waiting_is_no_use(Dialect dialect)
    {
        var (stage, scene, _, _, a, b) = await InCall(dialect);
        await using var __ = stage;
        a.IsDraining = true;
        Assert.True((await Nodes.Beat(stage.Store, a.Beat(), default)).Elsewhere);
        b.IsDown = true;
        await stage.Pass(4);
        await Drain(stage, scene, a);
        Assert.Equal(("a", 1L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.False((await Nodes.Beat(stage.Store, a.Beat(), default)).Elsewhere);
        b.IsDown = false;
        b.IsDraining = true;
        await stage.Beat();
        await Drain(stage, scene, a);
        Assert.Equal("a", (await scene.CallRow()).Node);
    }

    [Theory, BothDialects]
    public async Task When_the_new_node_dies_on_the_way_the_old_one_carries_on_until_all_are_on_a_third(Dialect dialect)
    {
        var (stage, scene, clinician, patient, a, b) = await InCall(dialect);
        await using var _ = stage;
        await Drain(stage, scene, a);
        await Connected(stage, scene, patient, b, epoch: 2);
        var c = stage.Media.Add("c");
        b.IsDown = true;
        await stage.Pass(4);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("c", 3L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
        Assert.Empty(await ToldToDrop(stage, a));
        await Connected(stage, scene, clinician, c, epoch: 3);
        Assert.Single(await ToldToDrop(stage, a));
    }

    [Theory, BothDialects]
    public async Task A_node_whose_port_is_closed_is_not_waited_for(Dialect dialect)
    {
        var (stage, scene, _, _, a, _) = await InCall(dialect);
        await using var __ = stage;
        a.IsDown = true;
        await stage.Pass(2);
        await Doubts.Settle(stage.Store, stage.Media.At, default);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal("a", (await scene.CallRow()).Node); // no answer proves nothing

        a.IsClosedPort = true;
        await Doubts.Settle(stage.Store, stage.Media.At, default);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal(("b", 2L), ((await scene.CallRow()).Node, (await scene.CallRow()).PlacementEpoch));
    }
}

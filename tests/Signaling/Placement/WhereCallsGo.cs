using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Placement;

public sealed class WhereCallsGo
{
    static async Task<(Stage Stage, MemoryNode A, MemoryNode B)> TwoNodes(Dialect dialect)
    {
        var stage = await Stage.Open(dialect);
        return (stage, stage.Media.Add("a"), stage.Media.Add("b"));
    }

    static async Task<string> Placed(Stage stage)
    {
        var scene = stage.NewCall();
        await scene.Send(await scene.Entered("clinician"), "connect");
        return (await scene.CallRow()).Node;
    }

    [Theory, BothDialects]
    public async Task Calls_of_one_second_are_spread_though_no_node_has_told_of_them_yet(Dialect dialect)
    {
        var (stage, a, _) = await TwoNodes(dialect);
        await using var __ = stage;
        a.Load = 0.03; // one call and a half
        await stage.Pass(4);
        var nodes = new List<string>();
        for (var call = 0; call < 6; call++) nodes.Add(await Placed(stage));
        Assert.Equal(["b", "b", "a", "a", "a", "b"], nodes);
    }

    [Theory, BothDialects]
    public async Task Calls_that_two_signaling_nodes_place_at_once_are_spread_too(Dialect dialect)
    {
        var (stage, _, _) = await TwoNodes(dialect);
        await using var __ = stage;
        await using var other = await stage.Another();
        await stage.Pass(4);
        other.Listening.Hear();
        var nodes = await Task.WhenAll(Enumerable.Range(0, 12).Select(call => Task.Run(() => Placed(call % 2 == 0 ? stage : other))));
        Assert.Equal(6, nodes.Count(node => node == "a"));
    }

    [Theory, BothDialects]
    public async Task A_full_node_gets_no_new_call(Dialect dialect)
    {
        var (stage, a, b) = await TwoNodes(dialect);
        await using var __ = stage;
        (a.Capacity, b.Capacity, b.Load) = (4, 2, 0.9);
        await stage.Pass(4);
        Assert.Equal(["a", "a", "b", ""], [await Placed(stage), await Placed(stage), await Placed(stage), await Placed(stage)]);
    }

    [Theory, BothDialects]
    public async Task A_visit_that_lost_its_node_goes_to_a_full_one_rather_than_to_none(Dialect dialect)
    {
        var (stage, scene, _, _, a, b) = await NodesComeAndGo.InCall(dialect);
        await using var __ = stage;
        b.Capacity = 0;
        a.IsDown = true;
        await stage.Pass(4);
        await stage.Reconciler.Sweep(default);
        await scene.Settle();
        Assert.Equal("b", (await scene.CallRow()).Node);
    }

    [Theory, BothDialects]
    public async Task A_node_of_the_cells_own_region_comes_before_an_idler_one_of_another(Dialect dialect)
    {
        var (stage, a, b) = await TwoNodes(dialect);
        await using var __ = stage;
        (a.Region, b.Load) = ("far", 0.5);
        await stage.Pass(4);
        Assert.Equal("b", await Placed(stage));
        b.IsDraining = true;
        await stage.Beat();
        Assert.Equal("a", await Placed(stage)); // and who is about to stop gets none
    }
}

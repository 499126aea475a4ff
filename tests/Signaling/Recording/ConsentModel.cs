using CsCheck;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Tests.Harness;
using System.Text.Json;

namespace FirstRing.Tests.Signaling.Recording;

/// <summary>Any order of coming, going, asking, answering and dying: nobody who has not said yes is ever on a media node that records, and once all is settled it records where everybody has.</summary>
public sealed class ConsentModel
{
    static readonly string[] Roles = ["clinician", "clinician", "patient", "guest"];

    static readonly Gen<(string Kind, int Who)[]> Steps = Gen.Select(
        Gen.Frequency((4, "record"), (9, "yes"), (2, "no"), (1, "record-stop"), (5, "in"), (3, "leave"), (1, "remove"), (1, "lose"), (2, "enter"), (1, "node-dies"), (2, "settle")), Gen.Int[0, Roles.Length - 1]).Array[5, 40];

    [Theory, BothDialects]
    public async Task Nobody_is_recorded_who_has_not_said_yes(Dialect dialect)
    {
        await using var stage = await Stage.Open(dialect);
        stage.Media.Add("a");
        stage.Media.Add("b");
        await stage.Pass(4);
        var ran = 0;
        await Steps.SampleAsync(async steps => ran += await Play(stage, steps), iter: 30, threads: 1);
        Assert.True(ran > 20, $"only {ran} steps were recorded");
    }

    static async Task<int> Play(Stage stage, (string Kind, int Who)[] steps)
    {
        foreach (var node in new[] { "a", "b" }) ((MemoryNode)stage.Media.At(new Uri($"https://{node}.test"))).IsDown = false;
        await stage.Beat();
        var scene = stage.NewCall();
        var people = new List<Entrant>();
        foreach (var role in Roles) people.Add(await scene.Entered(role));
        foreach (var one in people.Take(3)) await In(scene, people[0], one);
        var (agreed, recording, ran) = (new HashSet<string>(), "", 0);
        foreach (var (kind, who) in steps)
        {
            var one = people[who];
            if (kind == "yes" && await scene.Send(one, "record-answer", new { recording, yes = true }) is null) agreed.Add(one.Participant);
            else if (kind == "no" && await scene.Send(one, "record-answer", new { recording, yes = false }) is null) agreed.Clear();
            else if (kind == "record-stop") await scene.Send(one, kind, new { recording });
            else await Happen(stage, scene, kind, people, one);
            var current = await stage.Store.ReadOne<string>("SELECT recording FROM recordings WHERE call = @call AND state <> 'stopped'", new { call = scene.Call }, default) ?? "";
            if (current != recording) agreed = current.Length > 0 ? [one.Participant] : [];
            recording = current;
            foreach (var node in stage.Media.Live)
                if (node.RecordingOf(scene.Call) is not null)
                {
                    ran++;
                    Assert.NotEmpty(recording);
                    Assert.Subset(agreed, node.SeatsOf(scene.Call).Keys.ToHashSet());
                }
        }
        await scene.Settle();
        var inside = (await scene.Rows()).Where(row => row.IsAdmitted).Select(row => row.Participant).ToList();
        Assert.Equal(recording.Length > 0 && inside.Count > 0 && inside.All(agreed.Contains), stage.Media.Live.Any(node => node.RecordingOf(scene.Call) is not null));
        return ran;
    }

    static async Task Happen(Stage stage, CallScene scene, string kind, List<Entrant> people, Entrant one)
    {
        if (kind == "in") await In(scene, people[0], one);
        else if (kind == "lose") await scene.Lose(one);
        else if (kind == "enter") await scene.Enter(one);
        else if (kind == "settle") await scene.Settle();
        else if (kind == "remove") await scene.Send(people[1], kind, new { participant = one.Participant });
        else if (kind == "node-dies")
        {
            var node = (await scene.CallRow()).Node;
            if (node.Length == 0 || stage.Media.Live.Count() < 2) return;
            stage.Media.Live.Single(live => live.Name == node).IsDown = true;
            await stage.Pass(4);
        }
        else if (kind != "yes" && kind != "no") await scene.Send(one, kind);
    }

    static async Task In(CallScene scene, Entrant host, Entrant one)
    {
        await scene.Send(one, "join");
        if (one.Role != "clinician") await scene.Admit(host, one);
    }
}

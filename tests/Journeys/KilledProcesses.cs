using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>Processes of a split fleet die in the middle of a call. Each test breaks a platform of its own.</summary>
public sealed class KilledProcesses(Platforms platforms)
{
    [Fact]
    public async Task Signaling_dies_and_the_call_goes_on_then_the_log_replays()
    {
        await using var platform = await platforms.Start(Shape.Split);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 20);
        var before = await Frames(visit.Clinician);

        // Held down for a while: the supervisor brings it back, and it is killed again until the pictures have moved on without it.
        var killed = 0;
        await Eventually.True("pictures move on while signaling is dead", async () =>
        {
            if ((await platform.Ps()).TryGetValue("signaling", out var pid)) { await RunningPlatform.Signal("KILL", pid); killed++; }
            return await Frames(visit.Clinician) > before + 40;
        });
        Assert.True(killed > 0);

        await Eventually.True("signaling is back", async () => (await Ready(platform)));
        await visit.Patient.Reaches("in-call");
        await visit.Clinician.Reaches("in-call");
        await Writing.Write(visit.Patient, visit.Clinician, "Still here.");
        await Writing.Write(visit.Clinician, visit.Patient, "Good.");
        await visit.Patient.Hears(visit.Clinician);
        visit.NothingWentWrong();
    }

    [Fact]
    public async Task Media_dies_and_both_sides_come_back_by_themselves_with_a_new_offer()
    {
        await using var platform = await platforms.Start(Shape.Split);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 20);
        await visit.Clinician.Sees(1, frames: 20);

        var at = System.Diagnostics.Stopwatch.GetTimestamp();
        await platform.Kill("media");
        foreach (var party in (Party[])[visit.Patient, visit.Clinician])
            await Eventually.True($"{party.Name} has a new connection", async () => await party.Page.EvaluateAsync<bool>(
                "window.__probe.connections.length > 1 && window.__probe.connections.at(-1).connectionState === 'connected'"), party.Describe);
        await visit.Patient.Sees("new frames", pictures => pictures.Any(picture => picture.Frames > 20));
        await visit.Clinician.Sees("new frames", pictures => pictures.Any(picture => picture.Frames > 20));
        Figure.Print($"media process killed: both sides see 20 frames again after {System.Diagnostics.Stopwatch.GetElapsedTime(at).TotalSeconds:F1} s");
        await visit.Patient.Hears(visit.Clinician);
        await visit.Clinician.Hears(visit.Patient);
        await visit.Patient.Reaches("in-call");
        visit.NothingWentWrong();
    }

    [Fact]
    public async Task Each_other_process_dies_in_turn_and_the_call_does_not_notice()
    {
        await using var platform = await platforms.Start(Shape.Split);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 20);
        var before = await platform.Ps();
        foreach (var target in before.Keys.Except(["signaling", "media"]))
        {
            var (frames, connections) = (await Frames(visit.Patient), await Connections(visit.Patient));
            var now = await platform.KillAndWait(target);
            Assert.NotEqual(before[target], now);
            await visit.Patient.Sees($"pictures move on without {target}", pictures => pictures.Any(picture => picture.Frames > frames + 10));
            Assert.True(await visit.Patient.State() is "in-call" or "reconnecting", $"{target}: {await visit.Patient.State()}");
            Assert.True(await Connections(visit.Patient) == connections, $"{target} was killed, and the patient made a new connection");
        }
        await Eventually.True("the fleet is ready again", () => Ready(platform));
        await visit.Patient.Reaches("in-call");
        await visit.Clinician.Reaches("in-call");
        await Writing.Write(visit.Patient, visit.Clinician, "After all that.");
        await visit.Patient.Hears(visit.Clinician);
        visit.NothingWentWrong();
    }

    static Task<int> Connections(Party party) => party.Page.EvaluateAsync<int>("window.__probe.connections.length");

    static async Task<long> Frames(Party party) => (await party.Pictures()).Sum(picture => picture.Frames);

    static async Task<bool> Ready(RunningPlatform platform)
    {
        using var client = DoorTrust.Client(platform.Door);
        try { return (await client.GetAsync("/readyz")).IsSuccessStatusCode; }
        catch (HttpRequestException) { return false; }
    }
}

using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>The main journey: a patient and a clinician see and hear each other and write to each other.</summary>
public sealed class TwoParties(Platforms platforms)
{
    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.Split)]
    [InlineData(Shape.OneProcessPostgres)]
    [InlineData(Shape.SplitPostgres)]
    public async Task A_patient_and_a_clinician_see_hear_and_write_to_each_other(Shape shape)
    {
        Slow.OnlyWithAll(shape is Shape.Split or Shape.OneProcessPostgres);
        var platform = await platforms.Of(shape);
        await using var visit = await Visiting.InCall(platform);

        Assert.All(await visit.Patient.Sees(1, frames: 100, width: 640, height: 360), picture => Assert.Equal("v0", picture.Mid));
        await visit.Clinician.Sees(1, frames: 100, width: 640, height: 360);
        await visit.Patient.Hears(visit.Clinician);
        await visit.Clinician.Hears(visit.Patient);

        await visit.SoundIsRepeatedBothWays();

        await Writing.Write(visit.Patient, visit.Clinician, "It hurts when I breathe in.");
        await Writing.Write(visit.Clinician, visit.Patient, "Since when? <b>Please</b> tell me more.");

        await visit.IsCountedBySfu(2);
        // Each browser reports what arrives, and the node has found out by probing that the path carries more than the first 300 kbit/s.
        await visit.PathsAreKnownToCarry(700_000);

        await visit.Patient.Part("hang-up").ClickAsync();
        await visit.Patient.Part("leave-confirm").ClickAsync();
        await visit.Patient.Reaches("left");
        visit.NothingWentWrong();
    }
}

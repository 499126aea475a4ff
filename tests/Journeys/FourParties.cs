using FirstRing.Contracts;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>Patient, clinician, interpreter and family in one call, and a shared screen.</summary>
public sealed class FourParties(Platforms platforms)
{
    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.Split)]
    [InlineData(Shape.OneProcessPostgres)]
    [InlineData(Shape.SplitPostgres)]
    public async Task Four_parties_see_and_hear_each_other_and_a_shared_screen_comes_as_a_second_picture(Shape shape)
    {
        Slow.OnlyWithAll(shape != Shape.OneProcess);
        var platform = await platforms.Of(shape);
        await using var visit = await Visiting.Open(platform, picture: Picture.Small);
        await visit.Join(visit.Patient);
        await visit.Patient.Reaches("in-call");
        await using var interpreter = await Party.Arrive("interpreter", 2, Picture.Small);
        await using var family = await Party.Arrive("family", 3, Picture.Small);
        foreach (var (guest, role) in (IEnumerable<(Party, VisitRole)>)[(interpreter, VisitRole.Interpreter), (family, VisitRole.Family)])
        {
            await guest.Open(await Guests.Link(visit, role));
            await visit.Join(guest);
            await guest.Reaches("in-call");
        }

        Party[] all = [visit.Patient, visit.Clinician, interpreter, family];
        foreach (var party in all)
        {
            var seen = await party.Sees(3, frames: 50);
            Assert.Equal(3, seen.Count(picture => picture.Mid.StartsWith('v')));
            await party.Hears([.. all.Except([party])]);
        }

        await visit.Clinician.Page.EvaluateAsync(ShareCanvas);
        if (!await visit.Clinician.Part("screen").IsVisibleAsync()) await visit.Clinician.Part("more").ClickAsync();
        await visit.Clinician.Part("screen").ClickAsync();
        foreach (var party in all.Except([visit.Clinician]))
            await party.Sees("the shared screen", pictures => pictures.Any(picture => picture is { Mid: "s0", Frames: > 10 }));

        await visit.IsCountedBySfu(4);
        Assert.Empty(all.SelectMany(party => party.Mistakes));
    }

    [Fact]
    public async Task For_one_other_a_camera_comes_in_one_size_and_from_the_third_person_on_in_as_many_as_it_has_room_for()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var visit = await Visiting.InCall(platform);
        await visit.Patient.Sees(1, frames: 30, width: 320, height: 180);
        Assert.Equal(["h"], await Sizes(visit.Clinician));

        await using var guest = await Party.Arrive("interpreter", 2, Picture.Small);
        await guest.Open(await Guests.Link(visit, VisitRole.Interpreter));
        await visit.Join(guest);
        await guest.Reaches("in-call");
        // Of 640 × 360 two are made.
        foreach (var party in (IEnumerable<Party>)[visit.Patient, visit.Clinician])
            await Eventually.True($"{party.Name} sends two sizes", async () => (await Sizes(party)).SequenceEqual(["l", "m"]), async () => string.Join(' ', await Sizes(party)));
        // All paths are wide: each gets the largest.
        await guest.Sees(2, frames: 30, width: 640, height: 360);
        await visit.Patient.Sees("the clinician at their best", pictures => pictures.Any(picture => picture is { Mid: "v0", Width: 640 }));

        await guest.Part("hang-up").ClickAsync();
        await guest.Part("leave-confirm").ClickAsync();
        foreach (var party in (IEnumerable<Party>)[visit.Patient, visit.Clinician])
            await Eventually.True($"{party.Name} sends one size again", async () => (await Sizes(party)).SequenceEqual(["h"]), async () => string.Join(' ', await Sizes(party)));
        var frames = (await visit.Patient.Pictures()).Single(picture => picture.Mid == "v0").Frames;
        await visit.Patient.Sees("the clinician go on", pictures => pictures.Any(picture => picture.Mid == "v0" && picture.Frames > frames + 20));
        visit.NothingWentWrong();
    }

    // The rids of the pictures that somebody sends at the moment (RFC 8853).
    static async Task<IEnumerable<string>> Sizes(Party party) =>
        (await party.Streams()).Where(stream => stream is { Direction: "out", Rid.Length: > 0, Rate: > 0 }).Select(stream => stream.Rid).OrderBy(rid => "lmh".IndexOf(rid, StringComparison.Ordinal));

    // A headless machine has no screen: what the browser would capture is drawn instead; from getDisplayMedia on it is the product's own way.
    const string ShareCanvas = """
        navigator.mediaDevices.getDisplayMedia = async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 }), pen = canvas.getContext("2d");
          setInterval(() => { pen.fillStyle = `hsl(${performance.now() / 20 % 360} 60% 50%)`; pen.fillRect(0, 0, 640, 360); }, 100);
          return canvas.captureStream(10);
        };
        """;
}

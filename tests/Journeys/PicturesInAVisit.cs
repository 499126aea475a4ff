using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>A patient shows something on a picture: taken on a phone, seen in the thread on both sides, opened large, refused in plain words where it is none.</summary>
public sealed class PicturesInAVisit(Platforms platforms)
{
    [Fact]
    public async Task A_picture_goes_from_the_patients_phone_to_the_clinicians_screen_and_back()
    {
        var platform = await platforms.Of(Shape.Split);
        var visit = await platform.DemoVisit();
        await using var clinician = await Party.Arrive("clinician", 0, Picture.Small);
        await using var patient = await Party.Arrive("patient", 1, Picture.Small, width: 360, height: 740);
        await clinician.Open(visit.Clinician);
        await patient.Open(visit.Patient);
        await patient.Part("join").ClickAsync();
        await clinician.Part("admit").First.ClickAsync();
        await patient.Reaches("in-call");
        await clinician.Reaches("in-call");
        await Writing.Write(patient, clinician, "Look at this.");

        await Send(patient, "mole.jpg", PlantedFiles.PhotoThatTells("48.2082 N", orientation: 6, photo: PlantedFiles.Photo(width: 1600, height: 1200)));
        foreach (var party in (Party[])[patient, clinician]) await Shows(party, 1, 1200, 1600);
        await Send(clinician, "exercise.png", PlantedFiles.Photo(SkiaSharp.SKEncodedImageFormat.Png, 800, 600));
        foreach (var party in (Party[])[patient, clinician]) await Shows(party, 2, 800, 600);
        await Look(patient, "pictures-patient");
        await Look(clinician, "pictures-clinician");

        await patient.Page.Locator(".pic").First.ClickAsync();
        await Eventually.True("it covers the screen", () => patient.Page.EvaluateAsync<bool>("document.querySelector('.pic.big img')?.getBoundingClientRect().width === innerWidth"), patient.Describe);
        await Look(patient, "pictures-large");
        await patient.Page.Locator(".pic.big").ClickAsync();
        Assert.Equal(0, await patient.Page.Locator(".pic.big").CountAsync());

        await Send(patient, "mole.jpg", PlantedFiles.Script);
        await patient.Page.GetByText("Drawings and web pages (SVG, HTML) cannot be sent.").WaitForAsync();
        await Send(patient, "film.jpg", new byte[(10 << 20) + 1]);
        await Eventually.True("a large one is refused", async () => await patient.Page.Locator("#log i").CountAsync() == 2, patient.Describe);
        await Look(patient, "pictures-refused");

        // Opened again, the page shows them again.
        await clinician.Page.ReloadAsync();
        await Shows(clinician, 2, 800, 600);
        Assert.Empty(patient.Mistakes);
        Assert.Empty(clinician.Mistakes);
    }

    static Task Send(Party party, string name, byte[] file) =>
        party.Page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "image/jpeg", Buffer = file });

    static Task Shows(Party party, int pictures, int width, int height) => Eventually.True($"{party.Name} sees {pictures} pictures, the last of {width} by {height}",
        () => party.Page.EvaluateAsync<bool>($"(() => {{ const all = [...document.querySelectorAll('.pic img')]; return all.length === {pictures} && all.at(-1).naturalWidth === {width} && all.at(-1).naturalHeight === {height}; }})()"), party.Describe);

    static async Task Look(Party party, string name) => await party.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Output, "screenshots")).FullName, $"{name}.png") });
}

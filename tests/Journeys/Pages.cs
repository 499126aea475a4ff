using System.Diagnostics;
using Deque.AxeCore.Playwright;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>Every page and state, at a phone's and a desk's width, light and dark: no accessibility violation, nothing wider than the screen. Screenshots stay in .build/screenshots.</summary>
public sealed class Pages(Platforms platforms)
{
    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(360, ColorScheme.Dark)]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    public async Task Every_page_is_clean_for_axe_and_fits(int width, ColorScheme scheme)
    {
        Slow.OnlyWithAll((width, scheme) is not (360, ColorScheme.Light)); // the Web suite looks at the same pages in all four
        var platform = await platforms.Of(Shape.OneProcess);
        var visit = await platform.DemoVisit();
        var height = width == 360 ? 740 : 900;
        await using var patient = await Party.Arrive("patient", 1, width: width, height: height, scheme: scheme);
        await using var clinician = await Party.Arrive("clinician", 0, width: width, height: height, scheme: scheme);
        async Task Look(Party party, string name) => await Looks(party, $"{name}-{width}-{scheme.ToString().ToLowerInvariant()}");

        await patient.Open(platform.Door);
        await Look(patient, "01-landing");
        await patient.Open(new Uri(platform.Door, "/j/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        await Look(patient, "02-link-gone");
        await patient.Open(new Uri(platform.Door, "/clinic"));
        await Look(patient, "03-sign-in");
        await patient.Open(visit.Patient);
        await Look(patient, "04-lobby");
        await patient.Part("check").ClickAsync();
        await Eventually.True("the camera is on", () => patient.Page.EvaluateAsync<bool>("document.documentElement.dataset.media === 'ready'"), patient.Describe);
        await Look(patient, "05-lobby-camera");
        await patient.Part("join").ClickAsync();
        await patient.Reaches("waiting");
        await Look(patient, "06-waiting");

        await clinician.Open(visit.Clinician);
        await clinician.Part("admit").First.WaitForAsync();
        await Look(clinician, "10-workspace-waiting");
        await clinician.Part("admit").First.ClickAsync();
        await patient.Reaches("in-call");
        await clinician.Reaches("in-call");
        await patient.Sees(1, frames: 30);
        await clinician.Sees(1, frames: 30);
        await Look(patient, "07-call");
        await Look(clinician, "11-workspace-call");
        await Writing.Write(patient, clinician, "My knee still hurts when I climb the stairs.");
        await Writing.Write(clinician, patient, "Let's have a look at it. Can you bend it for me?");
        await Look(patient, "08-call-chat");
        await Look(clinician, "12-workspace-chat");
        await clinician.Part("end-visit").ClickAsync();
        await Task.Delay(700); // a double click must not end a visit
        await clinician.Part("end-visit").ClickAsync();
        await patient.Reaches("ended");
        await Look(patient, "09-ended");
        await Look(clinician, "13-workspace-ended");
        await clinician.Open(new Uri(platform.Door, "/clinic"));
        await Look(clinician, "14-today");
        Assert.Empty(patient.Mistakes);
        Assert.Empty(clinician.Mistakes);
    }

    static async Task Looks(Party party, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Output, "screenshots")).FullName;
        await party.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        var found = await party.Page.RunAxe();
        Assert.True(found.Violations.Length == 0, $"{name}: {string.Join("; ", found.Violations.Select(violation =>
            $"{violation.Id} ({violation.Impact}): {violation.Help} at {string.Join(", ", violation.Nodes.Select(node => node.Html).Take(3))}"))}");
        Assert.True(await party.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), $"{name} is wider than the screen");
    }

    [Fact]
    public async Task The_lobby_is_one_response_of_at_most_14_KB_and_works_from_it_alone()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var visit = await platform.DemoVisit();
        using var client = DoorTrust.Client(platform.Door);
        using var request = new HttpRequestMessage(HttpMethod.Get, visit.Patient.AbsolutePath) { Version = new Version(2, 0) };
        request.Headers.Add("Accept-Encoding", "br");
        request.Headers.Add("Accept", "text/html");
        using var response = await client.SendAsync(request);
        var bytes = (await response.Content.ReadAsByteArrayAsync()).Length;
        Assert.Equal("br", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.InRange(bytes, 1000, 14_336);
        Figure.Print($"patient's first response: {bytes} bytes brotli (bar 14,336)");

        await using var patient = await Party.Arrive("patient", 1);
        var asked = new List<string>();
        await patient.Page.RouteAsync("**/*", async route =>
        {
            if (route.Request.Url == visit.Patient.ToString() && asked.Count == 0) { asked.Add(route.Request.Url); await route.ContinueAsync(); return; }
            if (new Uri(route.Request.Url).AbsolutePath != "/insights/join") asked.Add(route.Request.Url); // told, never waited for
            await route.AbortAsync();
        });
        await patient.Open(visit.Patient);
        await Task.Delay(1000);
        Assert.Single(asked);
        await patient.Part("check").ClickAsync();
        await Eventually.True("the camera is on", () => patient.Page.EvaluateAsync<bool>("document.documentElement.dataset.media === 'ready'"), patient.Describe);
        await patient.Part("join").ClickAsync();
        await Eventually.True("it says that it could not get through", async () => (await patient.Part("status").InnerTextAsync()).Length > 3, patient.Describe);
        Assert.Empty(patient.Mistakes);
    }

    [Fact]
    public async Task A_patient_joins_and_leaves_by_keyboard_alone()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var visit = await Visiting.Open(platform);
        await Press(visit.Patient, "join", "Enter");
        await visit.Patient.Reaches("waiting");
        await Press(visit.Clinician, "admit", "Enter");
        await visit.Patient.Reaches("in-call");
        await visit.Clinician.Reaches("in-call");
        await Press(visit.Patient, "mute", "Space");
        await Eventually.True("the button offers to unmute", async () => (await visit.Patient.Part("mute").InnerTextAsync()).Trim() == "Unmute", visit.Patient.Describe);
        await Press(visit.Patient, "hang-up", "Enter");
        await Press(visit.Patient, "leave-confirm", "Enter");
        await visit.Patient.Reaches("left");
        visit.NothingWentWrong();
    }

    // By Tab, as someone without a mouse gets there.
    static async Task Press(Party party, string part, string key)
    {
        await party.Part(part).First.WaitForAsync();
        for (var at = 0; at < 60; at++)
        {
            if (await party.Page.EvaluateAsync<string?>("document.activeElement?.dataset.test ?? null") == part)
            {
                await party.Page.Keyboard.PressAsync(key);
                return;
            }
            await party.Page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"{part} cannot be reached by Tab. {await party.Describe()}");
    }
}

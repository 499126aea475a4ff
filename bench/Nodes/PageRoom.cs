using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Bench.Machine;
using FirstRing.Bench.Networks;
using Microsoft.Playwright;

namespace FirstRing.Bench.Nodes;

/// <summary>A visit in two real pages. What counts is what they play.</summary>
internal sealed class PageRoom(IPage patient, IPage clinician) : IRoom
{
    /// <summary>The clinician of all rooms, signed in once: another sign-in would end this one.</summary>
    public static async Task<IBrowserContext> SignIn(TwoBrowsers browsers, VisitLinks links)
    {
        var clinicians = await browsers.Clinician();
        await Watch(clinicians);
        var page = await clinicians.NewPageAsync();
        await page.GotoAsync(links.Clinician.ToString());
        await page.CloseAsync();
        return clinicians;
    }

    private static async Task Watch(IBrowserContext context)
    {
        using var script = new StreamReader(typeof(PageRoom).Assembly.GetManifestResourceStream("silence.js")!);
        await context.AddInitScriptAsync(await script.ReadToEndAsync());
    }

    public static async Task<PageRoom> Open(TwoBrowsers browsers, IBrowserContext clinicians, VisitLinks links)
    {
        var patients = await browsers.Patient();
        await Watch(patients);
        IPage patient = await patients.NewPageAsync(), clinician = await clinicians.NewPageAsync();
        await clinician.GotoAsync(new Uri(links.Clinician, $"/clinic/visits/{links.Visit}").ToString());
        await patient.GotoAsync(links.Patient.ToString());
        await patient.Locator("[data-test=join]").ClickAsync();
        await clinician.Locator("[data-test=admit]").First.ClickAsync();
        foreach (var page in (IPage[])[patient, clinician])
            await page.WaitForFunctionAsync("document.documentElement.dataset.joinState === 'in-call' && window.__silence.last > 0", null, new PageWaitForFunctionOptions { Timeout = 60_000, PollingInterval = 100 });
        return new PageRoom(patient, clinician);
    }

    public async Task<Heard> Since(double at, double now)
    {
        var worst = new Heard(0, 0, true);
        foreach (var page in (IPage[])[patient, clinician])
        {
            var told = JsonSerializer.Deserialize(await page.EvaluateAsync<string>("window.__silence.take()"), SilenceJson.Default.Silence)!;
            var gaps = told.Gaps.Append(new Span(told.Last, now)).Where(gap => gap.To > at).ToList();
            var longest = gaps.MaxBy(gap => gap.To - Math.Max(gap.From, at))!;
            var isBack = now - told.Last < 1000;
            var gap = longest.To - Math.Max(longest.From, at);
            worst = new Heard(Math.Max(worst.GapMs, gap), Math.Max(worst.BackMs, gap > 100 ? longest.To - at : 0), worst.IsBack && isBack);
        }
        return worst;
    }
}

internal sealed record Span(double From, double To);
internal sealed record Silence(double Last, IReadOnlyList<Span> Gaps);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Silence))]
internal sealed partial class SilenceJson : JsonSerializerContext;

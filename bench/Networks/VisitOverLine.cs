using System.Net;
using System.Text.Json;
using FirstRing.Bench.Machine;
using FirstRing.Simulate.Relay;
using Microsoft.Playwright;

namespace FirstRing.Bench.Networks;

/// <summary>Debian's Chromium, one process for the patient and one for the clinician, each with a camera that is not there.</summary>
internal sealed class TwoBrowsers(IPlaywright driver, IBrowser patient, IBrowser clinician, string script) : IAsyncDisposable
{
    /// <summary>With a script that makes what a page says, and takes what it hears.</summary>
    public static async Task<TwoBrowsers> Start(string script)
    {
        var driver = await Playwright.CreateAsync();
        return new TwoBrowsers(driver, await Launch(driver), await Launch(driver), script);
    }

    public Task<IBrowserContext> Patient() => Context(patient);
    public Task<IBrowserContext> Clinician() => Context(clinician);

    private static Task<IBrowser> Launch(IPlaywright driver) => driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = "/usr/bin/chromium",
        Timeout = 120_000,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
        ],
    });

    // The measuring script makes an audio worklet of a blob, which the page's own policy rightly forbids.
    private async Task<IBrowserContext> Context(IBrowser browser)
    {
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 800, Height = 600 }, Locale = "en-US", Permissions = ["camera", "microphone"], IgnoreHTTPSErrors = true, BypassCSP = true,
        });
        context.SetDefaultTimeout(60_000);
        foreach (var name in (string[])["line.js", script])
        {
            using var text = new StreamReader(typeof(TwoBrowsers).Assembly.GetManifestResourceStream(name)!);
            await context.AddInitScriptAsync(await text.ReadToEndAsync());
        }
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        await patient.DisposeAsync();
        await clinician.DisposeAsync();
        driver.Dispose();
    }
}

/// <summary>A patient and a clinician in the shipped pages; the patient's media take the line.</summary>
internal sealed class VisitOverLine(UdpRelay line, IBrowserContext patients, IBrowserContext clinicians, IPage patient, IPage clinician) : IAsyncDisposable
{
    /// <summary>Both are there, the patient has pressed Join and been let in. A refusal of the line itself is not caught.</summary>
    public static async Task<VisitOverLine> Open(TwoBrowsers browsers, VisitLinks links, UdpRelay line)
    {
        IBrowserContext patients = await browsers.Patient(), clinicians = await browsers.Clinician();
        await patients.ExposeFunctionAsync("__through", (string node) => $"{Through(line, node)}".Replace(':', ' '));
        IPage patient = await patients.NewPageAsync(), clinician = await clinicians.NewPageAsync();
        var visit = new VisitOverLine(line, patients, clinicians, patient, clinician);
        await clinician.GotoAsync(links.Clinician.ToString());
        await patient.GotoAsync(links.Patient.ToString());
        await patient.Locator("[data-test=join]").ClickAsync();
        await clinician.Locator("[data-test=admit]").First.ClickAsync();
        return visit;
    }

    public UdpRelay Line => line;
    public IPage PatientsPage => patient;
    public IPage CliniciansPage => clinician;

    /// <summary>Both pages say so.</summary>
    public async Task InCall()
    {
        foreach (var page in (IPage[])[patient, clinician])
            await page.WaitForFunctionAsync("document.documentElement.dataset.joinState === 'in-call'", null, new PageWaitForFunctionOptions { Timeout = 60_000, PollingInterval = 100 });
    }

    public Task<Seen> Patient() => Take(patient);
    public Task<Seen> Clinician() => Take(clinician);

    private static IPEndPoint Through(UdpRelay line, string node) => line.Through(IPEndPoint.Parse(node.Replace(' ', ':')));

    private static async Task<Seen> Take(IPage page) => JsonSerializer.Deserialize(await page.EvaluateAsync<string>("window.__ear.take()"), NetworksJson.Default.Seen)!;

    public async ValueTask DisposeAsync()
    {
        await patients.CloseAsync();
        await clinicians.CloseAsync();
    }
}

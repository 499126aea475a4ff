using Microsoft.Playwright;

namespace FirstRing.Tests.Web;

/// <summary>A real browser with an authenticator that it plays itself (WebAuthn over the DevTools protocol), as a phone or laptop has one built in.</summary>
internal sealed class PlayedAuthenticator : IAsyncDisposable
{
    readonly IPlaywright _playwright;
    readonly IBrowser _browser;

    PlayedAuthenticator(IPlaywright playwright, IBrowser browser, IBrowserContext context, IPage page) => (_playwright, _browser, Context, Page) = (playwright, browser, context, page);

    public IBrowserContext Context { get; }
    public IPage Page { get; }

    public static async Task<PlayedAuthenticator> Open()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        var context = await browser.NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true, Locale = "en-US" });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        var devtools = await context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true },
        });
        return new PlayedAuthenticator(playwright, browser, context, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}

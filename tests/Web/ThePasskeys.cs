using FirstRing.Tests.Web.Stub;
using Microsoft.Playwright;

namespace FirstRing.Tests.Web;

/// <summary>Passkeys in a real browser, with an authenticator that the browser plays (WebAuthn over the DevTools protocol).</summary>
public sealed class ThePasskeys
{
    [Fact]
    public async Task A_passkey_is_made_named_and_signs_in_alone()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions { IgnoreHTTPSErrors = true, Locale = "en-US" });
        context.SetDefaultTimeout(60_000);
        await context.AddCookiesAsync([new Cookie { Name = "__Host-login", Value = door.Clinic.SignedIn(), Url = door.Address.ToString(), Secure = true, HttpOnly = true }]);
        var page = await context.NewPageAsync();
        var devtools = await context.NewCDPSessionAsync(page);
        await devtools.SendAsync("WebAuthn.enable");
        await devtools.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new { protocol = "ctap2", transport = "internal", hasResidentKey = true, hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true },
        });

        await page.GotoAsync(new Uri(door.Address, "/me/security").ToString());
        await page.Locator("form[data-passkey=create] [name=name]").FillAsync("Work laptop");
        await page.Locator("[data-test=add-passkey]").ClickAsync();
        await page.GetByText("Work laptop").First.WaitForAsync();
        Assert.Equal("Work laptop", Assert.Single(door.Clinic.Passkeys.All).Name);

        await context.ClearCookiesAsync();
        await page.GotoAsync(new Uri(door.Address, "/sign-in").ToString());
        await page.Locator("[data-test=passkey-sign-in]").ClickAsync();
        await page.Locator("#today-title").WaitForAsync();
        Assert.Equal("/clinic", new Uri(page.Url).AbsolutePath);
    }
}

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
        await using var browser = await PlayedAuthenticator.Open();
        var (context, page) = (browser.Context, browser.Page);
        await context.AddCookiesAsync([new Cookie { Name = "__Host-login", Value = door.Clinic.SignedIn(), Url = door.Address.ToString(), Secure = true, HttpOnly = true }]);

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

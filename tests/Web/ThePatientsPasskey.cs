using System.Net;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>A patient's own passkey in a real browser, with an authenticator that the browser plays: made from the link, and afterwards a way in without one.</summary>
public sealed class ThePatientsPasskey
{
    [Fact]
    public async Task It_is_made_from_the_link_opens_the_visit_without_one_and_is_taken_away()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        await using var browser = await PlayedAuthenticator.Open();
        var (context, page) = (browser.Context, browser.Page);

        var link = $"/j/{door.Clinic.Link()}";
        var entered = await context.APIRequest.PostAsync(new Uri(door.Address, $"{link}/enter").ToString(), new() { Headers = new Dictionary<string, string> { ["Accept"] = "application/json", ["Idempotency-Key"] = Token.New() } });
        Assert.True(entered.Ok, entered.StatusText);
        await page.GotoAsync(new Uri(door.Address, $"{link}/terms").ToString());
        await page.GetByText("Make a passkey").ClickAsync();
        await page.Locator("[name=born]").FillAsync($"{StubClinic.Born.AddDays(1):yyyy-MM-dd}");
        await page.Locator("[data-test=make-passkey]").ClickAsync();
        await page.GetByText("No passkey was made.").WaitForAsync();
        Assert.Empty(door.Clinic.PatientPasskeys.Ids);
        await page.Locator("[name=born]").FillAsync($"{StubClinic.Born:yyyy-MM-dd}");
        await page.Locator("[data-test=make-passkey]").ClickAsync();
        await page.GetByText("Your passkey is made").WaitForAsync();

        await context.ClearCookiesAsync();
        await page.GotoAsync(new Uri(door.Address, "/my").ToString());
        await page.Locator("[data-test=enter-with-passkey]").ClickAsync();
        await page.Locator("[data-test=join]").First.WaitForAsync();
        Assert.StartsWith("/j/", new Uri(page.Url).AbsolutePath, StringComparison.Ordinal);
        Assert.Contains(await context.CookiesAsync(), cookie => cookie.Name == "__Host-device" && cookie.HttpOnly && cookie.Secure);

        (door.Clinic.PatientPasskeys.Open, door.Clinic.PatientPasskeys.Next) = (0, [door.Clinic.Visit.StartsAt + 86_400_000_000]);
        await page.GotoAsync(new Uri(door.Address, "/my").ToString());
        await page.Locator("[data-test=enter-with-passkey]").ClickAsync();
        await page.GetByText("You have no visit now.").WaitForAsync();
        await page.GetByText("Your next visits").WaitForAsync();

        await page.GotoAsync(new Uri(door.Address, "/my").ToString());
        await page.GetByText("This passkey is no longer needed").ClickAsync();
        await page.Locator("[data-test=remove-passkey]").ClickAsync();
        await page.GetByText("The passkey is removed.").WaitForAsync();
        await page.Locator("[data-test=enter-with-passkey]").ClickAsync();
        await page.GetByText("This passkey does not open a visit here.").WaitForAsync();
    }

    [Theory]
    [InlineData("device-not-known", 403, "Give your date of birth on this device first")]
    [InlineData("too-many-passkeys", 409, "You have ten passkeys")]
    [InlineData("passkey-refused", 422, "No passkey was made")]
    public async Task What_stands_against_making_one_is_said(string code, int status, string words)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.PatientPasskeys.Refuses = new Refusal(code, "No.", status);
        using var browser = door.Browser();
        using var response = await browser.PostAsync($"/j/{door.Clinic.Link()}/passkey", new FormUrlEncodedContent([new("ceremony", "x"), new("credential", "{}")]));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Contains(words, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(StaffRole.FrontDesk, true)]
    [InlineData(StaffRole.Admin, true)]
    [InlineData(StaffRole.Clinician, false)]
    public async Task The_desk_alone_takes_them_away(StaffRole role, bool may)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Staff with { Role = role }));
        using var link = await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/link", new FormUrlEncodedContent([new("role", "patient")]));
        Assert.Equal(may, (await link.Content.ReadAsStringAsync()).Contains("/passkeys/end\"", StringComparison.Ordinal));
        using var ended = await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/passkeys/end", new FormUrlEncodedContent([]));
        Assert.Equal(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden, ended.StatusCode);
        Assert.Equal(may ? [door.Clinic.Visit.Patient] : [], door.Clinic.PatientPasskeys.Ended);
    }

    [Fact]
    public async Task A_link_that_opens_nothing_makes_no_passkey()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA/passkey")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/j/{door.Clinic.Link()}/passkey")).StatusCode);
        Assert.DoesNotContain("EnterByLink", door.Clinic.Calls);
    }
}

using System.Net;
using FirstRing.Contracts.Identity;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>Signing in takes two steps, whatever page is asked for; a login without its factor sees nothing else.</summary>
public sealed class TheAccount
{
    [Fact]
    public async Task Signing_in_takes_the_password_and_then_the_code()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        using var first = await Send(browser, "/sign-in", null, ("email", StubClinic.Email), ("password", StubClinic.Password), ("to", "/admin/vendors"));
        Assert.Equal("/sign-in/code?to=%2Fadmin%2Fvendors", first.Headers.Location!.ToString());
        var half = LoginIn(first);

        using var wrong = await Send(browser, "/sign-in/code", half, ("code", "999999"), ("to", "/admin/vendors"));
        Assert.Equal((HttpStatusCode.Forbidden, false), (wrong.StatusCode, wrong.Headers.Contains("Set-Cookie")));
        Assert.Contains("This code is not right", await wrong.Content.ReadAsStringAsync());

        using var second = await Send(browser, "/sign-in/code", half, ("code", StubFactors.Code), ("to", "/admin/vendors"));
        Assert.Equal("/admin/vendors", second.Headers.Location!.ToString());
        Assert.NotEqual(half, LoginIn(second));
    }

    [Theory]
    [InlineData(LoginLevel.Code, "/clinic", "/sign-in/code?to=%2Fclinic")]
    [InlineData(LoginLevel.Code, "/admin/vendors", "/sign-in/code?to=%2Fadmin%2Fvendors")]
    [InlineData(LoginLevel.Code, "/me/security", "/sign-in/code?to=%2Fme%2Fsecurity")]
    [InlineData(LoginLevel.Enrol, "/clinic", "/me/security")]
    [InlineData(LoginLevel.Enrol, "/admin/vendors", "/me/security")]
    public async Task A_login_that_is_not_whole_is_led_to_its_next_step(LoginLevel level, string asked, string led)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin, level));
        using var page = await browser.GetAsync(asked);
        Assert.Equal((HttpStatusCode.Redirect, led), (page.StatusCode, page.Headers.Location!.ToString()));
        using var act = await browser.PostAsync(asked, null);
        Assert.Contains(act.StatusCode, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound]);
        Assert.Empty(door.Clinic.Calls);
    }

    [Fact]
    public async Task An_app_is_set_up_by_picture_or_text_and_a_code()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.Factors.TotpSince = null;
        using var browser = door.Browser(door.Clinic.SignedIn(level: LoginLevel.Enrol));
        var start = await browser.GetStringAsync("/me/security");
        Assert.Contains("A password alone opens nothing here", start);
        Assert.DoesNotContain("href=\"/clinic\"", start);

        var setup = await (await Send(browser, "/me/security/app", null)).Content.ReadAsStringAsync();
        Assert.Contains("<svg class=\"qr\"", setup);
        Assert.Contains("GEZD GNBV GY3T QOJQ", setup);
        using var wrong = await Send(browser, "/me/security/app/confirm", null, ("code", "1"), ("secret", StubFactors.Secret), ("uri", "otpauth://totp/x"));
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        Assert.Contains("GEZD GNBV GY3T QOJQ", await wrong.Content.ReadAsStringAsync());

        using var done = await Send(browser, "/me/security/app/confirm", null, ("code", StubFactors.Code));
        Assert.Contains("AAAA-BBBB-CCCC-DDDD-EEEE-FFFF", await done.Content.ReadAsStringAsync());
        using var whole = door.Browser(LoginIn(done));
        Assert.Equal(HttpStatusCode.OK, (await whole.GetAsync("/clinic")).StatusCode);
    }

    [Fact]
    public async Task Nothing_can_be_changed_without_signing_in_anew()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.Factors.Fresh = false;
        using var browser = door.Browser(door.Clinic.SignedIn());
        var page = await browser.GetStringAsync("/me/security");
        Assert.Contains("href=\"/sign-in?to=/me/security\"", page);
        foreach (var way in (string[])["/me/security/app", "/me/security/recovery", "/me/security/password", "/me/security/passkeys"]) Assert.DoesNotContain($"action=\"{way}\"", page);
        Assert.Equal(HttpStatusCode.Forbidden, (await Send(browser, "/me/security/recovery", null)).StatusCode);
    }

    [Fact]
    public async Task The_password_changes_with_the_present_one_and_own_logins_are_ended()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        foreach (var (present, wanted, status, says) in new[]
        {
            ("wrong", "seven green lanterns", HttpStatusCode.Forbidden, "not your present password"),
            (StubClinic.Password, "short", HttpStatusCode.UnprocessableEntity, "needs at least 12 characters"),
            (StubClinic.Password, "seven green lanterns", HttpStatusCode.OK, "signed out everywhere else"),
        })
        {
            using var response = await Send(browser, "/me/security/password", null, ("present", present), ("new", wanted));
            var page = await response.Content.ReadAsStringAsync();
            Assert.Equal(status, response.StatusCode);
            Assert.Contains(says, page);
            Assert.DoesNotContain("lanterns", page);
        }
        var login = door.Clinic.StaffPages.Logins[0].Id;
        Assert.Contains($"action=\"/me/security/logins/{login}/end\"", await browser.GetStringAsync("/me/security"));
        Assert.Equal("/me/security", (await Send(browser, $"/me/security/logins/{login}/end", null)).Headers.Location!.ToString());
        Assert.Equal([$"end-own {login}"], door.Clinic.StaffPages.Did);
    }

    [Fact]
    public async Task Signing_out_clears_what_the_browser_holds()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var login = door.Clinic.SignedIn();
        using var browser = door.Browser(login);
        using var response = await browser.PostAsync("/sign-out", null);
        Assert.Equal("\"cache\", \"storage\"", Assert.Single(response.Headers.GetValues("Clear-Site-Data")));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/clinic")).StatusCode);
    }

    static string LoginIn(HttpResponseMessage response) =>
        Assert.Single(response.Headers.GetValues("Set-Cookie")) is var cookie ? cookie["__Host-login=".Length..cookie.IndexOf(';', StringComparison.Ordinal)] : "";

    static async Task<HttpResponseMessage> Send(HttpClient browser, string path, string? login, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        if (login is not null) request.Headers.Add("Cookie", $"__Host-login={login}");
        return await browser.SendAsync(request);
    }
}

using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The page that asks whether an application may act for somebody, what somebody granted, and the admin's registry of applications.</summary>
public sealed class TheApps
{
    const string Ask = $"/me/apps/ask/{StubApps.Question}";

    static FormUrlEncodedContent Answer(string answer) => new([KeyValuePair.Create("answer", answer)]);

    static FormUrlEncodedContent Form(string redirects = "https://app.example/back", string key = "0123456789abcdef0123") => new(new[]
    {
        KeyValuePair.Create("key", key), KeyValuePair.Create("name", "Chart & Co <b>"), KeyValuePair.Create("kind", "public"), KeyValuePair.Create("redirects", redirects),
        KeyValuePair.Create("scope", "openid"), KeyValuePair.Create("scope", "no-such"), KeyValuePair.Create("resources", "user/Observation.rs"),
    });

    [Fact]
    public async Task The_page_says_who_asks_for_what_and_how_long()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(Ask));
        foreach (var said in (string[])["Chart Helper asks for access", "Know who you are here", "See your name", "Observation: read, search", "Stay connected while you are signed in",
            "and never longer than you are signed in", "takes you to chart-helper.example", door.Clinic.Staff.Name, door.Clinic.Clinic.Name])
            Assert.Contains(said, page, StringComparison.Ordinal);
        door.Clinic.Apps.Seen = door.Clinic.Apps.Seen with { App = "A <b>&", Offline = true };
        page = await browser.GetStringAsync(Ask);
        Assert.Contains("A &lt;b&gt;&amp;", page, StringComparison.Ordinal);
        Assert.Contains("even after you sign out", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_not_signed_in_does_so_first_and_comes_back()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        Assert.Equal($"/sign-in?to={Uri.EscapeDataString(Ask)}", (await browser.GetAsync(Ask)).Headers.Location!.OriginalString);
        using var half = door.Browser(door.Clinic.SignedIn(level: LoginLevel.Code));
        Assert.Equal($"/sign-in/code?to={Uri.EscapeDataString(Ask)}", (await half.GetAsync(Ask)).Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.PostAsync(Ask, Answer("allow"))).StatusCode);
        Assert.Empty(door.Clinic.Apps.Decided);
    }

    [Fact]
    public async Task An_answer_leads_on_by_a_page_and_only_allowing_allows()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        foreach (var (answer, allowed) in ((string, bool)[])[("allow", true), ("refuse", false), ("", false), ("x", false)])
        {
            var on = await browser.PostAsync(Ask, Answer(answer));
            Assert.Equal((HttpStatusCode.OK, $"0; url={StubApps.Next}"), (on.StatusCode, on.Headers.GetValues("Refresh").Single()));
            Assert.Contains("form-action 'self'", on.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Contains($"href=\"{StubApps.Next}\"", await on.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(allowed, door.Clinic.Apps.Decided[^1]);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/me/apps/ask/none", Answer("allow"))).StatusCode);
        Assert.Contains("This question is over", await (await browser.GetAsync("/me/apps/ask/none")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        door.Clinic.Apps.Refuses = new Refusal("sign-in-anew", "Sign in again.", 403);
        Assert.Equal($"/sign-in?to={Uri.EscapeDataString(Ask)}", (await browser.PostAsync(Ask, Answer("allow"))).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task What_somebody_granted_is_listed_and_taken_back()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        Assert.Contains("not allowed any application", await browser.GetStringAsync("/me/apps"), StringComparison.Ordinal);
        var grant = new Grant(new GrantId(NewId.Random()), "Chart & Co", ["openid", "user/*.cruds"], 1, 2, false);
        door.Clinic.Apps.Grants.Add(grant);
        var page = await browser.GetStringAsync("/me/apps");
        Assert.Contains("Chart &amp; Co", page, StringComparison.Ordinal);
        Assert.Contains("All records: add, read, change, delete, search", page, StringComparison.Ordinal);
        Assert.Equal("/me/apps", (await browser.PostAsync($"/me/apps/{grant.Id}/end", Answer("x"))).Headers.Location!.OriginalString);
        Assert.Empty(door.Clinic.Apps.Grants);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/me/apps/none/end", Answer("x"))).StatusCode);
    }

    [Fact]
    public async Task Only_an_admin_keeps_applications()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        foreach (var login in (string?[])[null, door.Clinic.SignedIn()])
        {
            using var browser = door.Browser(login);
            Assert.NotEqual(HttpStatusCode.OK, (await browser.GetAsync("/admin/apps")).StatusCode);
            Assert.NotEqual(HttpStatusCode.OK, (await browser.PostAsync("/admin/apps", Form())).StatusCode);
        }
        Assert.Empty(door.Clinic.Apps.All);
    }

    [Fact]
    public async Task A_form_sent_twice_is_one_application_whose_id_is_shown_and_which_ends()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = "";
        for (var i = 0; i < 2; i++) page = await (await browser.PostAsync("/admin/apps", Form())).Content.ReadAsStringAsync();
        var app = Assert.Single(door.Clinic.Apps.All);
        Assert.Equal(["openid", "user/Observation.rs"], app.Terms.Scopes);
        Assert.Contains($"value=\"{app.Id}\"", page, StringComparison.Ordinal);
        Assert.Contains("Chart &amp; Co &lt;b&gt;", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync($"/admin/apps/{app.Id}/end", Answer("x"))).StatusCode);
        Assert.NotNull(door.Clinic.Apps.All.Single().EndedAt);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/admin/apps/none/end", Answer("x"))).StatusCode);
    }

    [Fact]
    public async Task What_is_refused_comes_back_with_what_was_typed()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        foreach (var (code, says) in ((string, string)[])[("app-name-wrong", "Type a name"), ("app-redirects-wrong", "Give each address exactly"), ("app-scopes-wrong", "Choose what it may ask for"), ("app-keys-wrong", "Paste the public keys")])
        {
            door.Clinic.Apps.Refuses = new Refusal(code, "No.", 422);
            var response = await browser.PostAsync("/admin/apps", Form("http://app.example/"));
            var page = await response.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            Assert.Contains(says, page, StringComparison.Ordinal);
            Assert.Contains("http://app.example/</textarea>", page, StringComparison.Ordinal);
        }
    }
}

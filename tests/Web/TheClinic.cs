using System.Net;
using System.Text.Json.Nodes;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The staff's pages: who may come in, what a form does when sent twice or half filled, who waits.</summary>
public sealed class TheClinic
{
    [Fact]
    public async Task Nobody_comes_in_without_signing_in()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var stranger = door.Browser();
        var response = await stranger.GetAsync($"/clinic/visits/{door.Clinic.Visit.Id}");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.StartsWith("/sign-in?to=", response.Headers.Location!.ToString());
        Assert.Empty(door.Clinic.Calls);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostAsync("/clinic/visits", null)).StatusCode);
        using var program = door.Browser(accept: "application/json");
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/clinic/presence")).StatusCode);
    }

    [Fact]
    public async Task Signing_in_sets_a_cookie_that_script_cannot_read_and_leads_only_into_the_clinic()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        foreach (var (to, lands) in new[] { ("/clinic/visits/vis_x", "/clinic/visits/vis_x"), ("https://elsewhere.example", "/clinic"), ("//elsewhere.example", "/clinic"), ("/clinic\\..\\x", "/clinic"), ("/clinic.elsewhere.example", "/clinic"), ("/clinic/\t/x", "/clinic") })
        {
            var response = await Post(browser, "/sign-in", ("email", StubClinic.Email), ("password", StubClinic.Password), ("to", to));
            Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
            Assert.Equal($"/sign-in/code?to={Uri.EscapeDataString(lands)}", response.Headers.Location!.ToString());
            var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
            Assert.StartsWith("__Host-login=", cookie);
            foreach (var attribute in new[] { "; path=/", "; secure", "; samesite=lax", "; httponly" }) Assert.Contains(attribute, cookie);
        }
        var wrong = await Post(browser, "/sign-in", ("email", StubClinic.Email), ("password", "wrong"), ("to", ""));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));
        var page = await wrong.Content.ReadAsStringAsync();
        Assert.Contains(StubClinic.Email, page);
        Assert.DoesNotContain("wrong\"", page);
    }

    [Fact]
    public async Task Another_sites_form_is_refused()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        browser.DefaultRequestHeaders.Add("Origin", "https://elsewhere.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/end", null)).StatusCode);
        Assert.Equal(VisitState.Booked, door.Clinic.Visits[door.Clinic.Visit.Id].State);
    }

    [Fact]
    public async Task A_visit_form_sent_twice_is_one_visit_with_one_link()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        (string, string)[] form = [("key", "0123456789abcdef0123"), ("given", "Ann"), ("family", "O'Hara <b>"), ("born", "1961-05-04"), ("when", "now"), ("minutes", "20")];
        var links = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            var html = await (await Post(browser, "/clinic/visits", form)).Content.ReadAsStringAsync();
            Assert.DoesNotContain("<b> ", html);
            var from = html.IndexOf("/j/", StringComparison.Ordinal);
            links.Add(html[from..html.IndexOf('"', from)]);
        }
        Assert.Single(links);
        Assert.Equal(2, door.Clinic.Visits.Count);
        using var patient = door.Browser();
        Assert.Equal(HttpStatusCode.OK, (await patient.GetAsync(links.Single())).StatusCode);
    }

    [Fact]
    public async Task A_half_filled_form_comes_back_with_what_was_typed_and_what_to_do()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        var response = await Post(browser, "/clinic/visits", ("given", "Ann"), ("family", ""), ("born", "2999-01-01"), ("when", "later"), ("at", "2001-01-01T10:00"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains("value=\"Ann\"", html);
        foreach (var field in new[] { "family", "born", "at" }) Assert.Contains($"href=\"#new-{field}\"", html);
        Assert.Single(door.Clinic.Visits);
    }

    [Fact]
    public async Task The_list_shows_who_waits_and_goes_on_without_signaling()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var clinic = door.Clinic;
        clinic.Presence[clinic.Visit.Call] = new CallPresence(clinic.Visit.Call, 0, 1, 1, 1_700_000_000_000_000);
        using var browser = door.Browser(clinic.SignedIn());
        var html = await browser.GetStringAsync("/clinic");
        Assert.Contains("data-shows=\"waiting\"", html);
        Assert.Contains("Maria Fern&#xE1;ndez", html);
        var presence = await browser.GetStringAsync("/clinic/presence");
        Assert.Equal("waiting", JsonNode.Parse(presence)![0]!["shows"]!.GetValue<string>());
        Assert.DoesNotContain("Maria", presence);

        clinic.SignalingIsDown = true;
        Assert.Contains("data-shows=\"booked\"", await browser.GetStringAsync("/clinic"));
    }

    [Fact]
    public async Task The_workspace_shows_two_identifiers_to_the_visits_clinician_only()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var path = $"/clinic/visits/{door.Clinic.Visit.Id}";
        using var own = door.Browser(door.Clinic.SignedIn());
        var html = await own.GetStringAsync(path);
        Assert.Contains("31 Jan 1950", html);
        Assert.Single(door.Clinic.Calls, "GetPatient"); // each is an audited read
        Assert.Contains("\"pass\":\"pass.of.staff\"", await (await own.PostAsync($"{path}/enter", null)).Content.ReadAsStringAsync());
        Assert.DoesNotContain("pass.of.staff", html);

        door.Clinic.Calls.Clear();
        using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        var refused = await other.GetAsync(path);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.DoesNotContain("Maria", await refused.Content.ReadAsStringAsync());
        Assert.DoesNotContain("GetPatient", door.Clinic.Calls);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync($"{path}/enter", null)).StatusCode);
    }

    [Fact]
    public async Task Someone_invited_gets_a_link_and_nobody_else_can_be_made_up()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(), accept: "application/json");
        var path = $"/clinic/visits/{door.Clinic.Visit.Id}/link";
        var link = JsonNode.Parse(await (await Post(browser, path, ("role", "interpreter"))).Content.ReadAsStringAsync())!["link"]!.GetValue<string>();
        Assert.StartsWith($"{door.Address}j/", link);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Post(browser, path, ("role", "clinician"))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Post(browser, "/clinic/visits/nonsense/link", ("role", "guest"))).StatusCode);
    }

    [Fact]
    public async Task The_demo_door_opens_only_with_the_secret_and_only_where_there_is_a_demo()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        Assert.Equal(HttpStatusCode.NotFound, (await Demo(door, "wrong")).StatusCode);
        var made = JsonNode.Parse(await (await Demo(door, StubDoor.DemoSecret)).Content.ReadAsStringAsync())!;
        using var browser = door.Browser();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(made["patient"]!.GetValue<string>())).StatusCode);
        var signedIn = await browser.GetAsync(made["clinician"]!.GetValue<string>());
        Assert.Equal($"/clinic/visits/{made["visit"]!.GetValue<string>()}", signedIn.Headers.Location!.ToString());
        Assert.StartsWith("__Host-login=", Assert.Single(signedIn.Headers.GetValues("Set-Cookie")));

        await using var real = await StubDoor.Open(TimeProvider.System, demo: false);
        Assert.Equal(HttpStatusCode.NotFound, (await Demo(real, StubDoor.DemoSecret)).StatusCode);
        using var other = real.Browser();
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/demo/sign-in/{StubClinic.DemoToken}")).StatusCode);
    }

    static Task<HttpResponseMessage> Demo(StubDoor door, string secret)
    {
        var browser = door.Browser(accept: "application/json");
        browser.DefaultRequestHeaders.Add("FirstRing-Demo", secret);
        return browser.PostAsync("/demo/visits", null);
    }

    static async Task<HttpResponseMessage> Post(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await browser.PostAsync(path, form);
    }
}

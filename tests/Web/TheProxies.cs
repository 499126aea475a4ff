using System.Net;
using System.Text.RegularExpressions;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>Who may act for a patient: the staff's pages, and the way of a proxy into the lobby.</summary>
public sealed class TheProxies
{
    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    static string PathOf(StubDoor door, string rest = "") => $"/clinic/visits/{door.Clinic.Visit.Id}/proxies{rest}";

    static FormUrlEncodedContent Filled(string until = "", string basis = "minor-child") => Form(("key", "0123456789abcdef0123"), ("given", "Ana <b>"), ("family", "Fernández"), ("born", "1979-05-06"), ("relation", "Mother"),
        ("basis", basis), ("scope", "visits"), ("scope", "messages"), ("until", until), ("evidence", "Birth certificate"));

    [Fact]
    public async Task Staff_let_somebody_act_and_see_who_may_and_until_when()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        Assert.Contains("Nobody. A parent", await browser.GetStringAsync(PathOf(door)));
        Assert.Contains("when the patient turns 18", await browser.GetStringAsync(PathOf(door, "/new")));

        using var made = await browser.PostAsync(PathOf(door), Filled("2199-12-31"));
        Assert.Equal((HttpStatusCode.SeeOther, PathOf(door)), (made.StatusCode, made.Headers.Location!.ToString()));

        var (added, granted) = (Assert.Single(door.Clinic.Proxies.Added), Assert.Single(door.Clinic.Proxies.Granted));
        Assert.Equal((door.Clinic.Patient, "Ana <b>", new DateOnly(1979, 5, 6), "Mother", ProxyBasis.MinorChild, "Birth certificate"),
            (added.Patient, added.GivenName.Reveal, added.BirthDate.Reveal, added.Relation.Reveal, added.Basis, added.Evidence?.Reveal));
        // The last day ends where the clinic is: Chicago is six hours behind.
        Assert.Equal(new DateTimeOffset(2200, 1, 1, 6, 0, 0, TimeSpan.Zero), FirstRing.Platform.Ids.Instant.At(granted.Until!.Value));
        Assert.Equal([ProxyScope.Visits, ProxyScope.Messages], granted.Scopes);
        var page = await browser.GetStringAsync(PathOf(door));
        Assert.Contains("Who may act for Maria Fernández", WebUtility.HtmlDecode(page));
        Assert.Contains("Ana &lt;b&gt;", page);
        Assert.Contains("Through December 31, 2199", page);
        Assert.DoesNotContain("Agree for the patient", page);
    }

    [Fact]
    public async Task What_is_missing_or_refused_comes_back_with_what_was_typed()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        using var empty = await browser.PostAsync(PathOf(door), Form(("given", "Ana")));
        var page = await empty.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        foreach (var field in (string[])["family", "born", "relation", "basis", "scope"]) Assert.Contains($"href=\"#proxy-{field}\"", page);
        Assert.Contains("value=\"Ana\"", page);
        using var past = await browser.PostAsync(PathOf(door), Filled("2020-01-01"));
        Assert.Contains("href=\"#proxy-until\"", await past.Content.ReadAsStringAsync());
        Assert.Empty(door.Clinic.Proxies.Added);

        foreach (var (code, status, field) in (IEnumerable<(string, int, string)>)[("proxy-end-wrong", 422, "until"), ("patient-of-age", 409, "basis")])
        {
            door.Clinic.Proxies.Refuses = new Refusal(code, "No.", status);
            using var refused = await browser.PostAsync(PathOf(door), Filled());
            page = await refused.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains($"href=\"#proxy-{field}\"", page);
            Assert.Contains("Birth certificate", page);
        }
    }

    [Fact]
    public async Task A_link_is_made_for_who_may_and_ending_says_so()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        var proxy = door.Clinic.Proxies.Put("Ana", door.Clinic.Patient);
        using var made = await browser.PostAsync(PathOf(door, $"/{proxy}/link"), Form(("key", "0123456789abcdef0123")));
        Assert.Matches("value=\"https://[^\"]+/j/[^\"]+\"", await made.Content.ReadAsStringAsync());

        using var ended = await browser.PostAsync(PathOf(door, $"/{proxy}/end"), Form());
        Assert.Equal(HttpStatusCode.SeeOther, ended.StatusCode);
        var page = await browser.GetStringAsync(PathOf(door));
        Assert.Contains("data-state=\"ended\"", page);
        Assert.DoesNotContain($"/{proxy}/link", page);
        Assert.DoesNotContain($"/{proxy}/end", page);
    }

    [Fact]
    public async Task A_visit_is_kept_confidential_and_the_pages_say_so()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        var proxy = door.Clinic.Proxies.Put("Ana", door.Clinic.Patient);
        Assert.Contains($"/{proxy}/link", await browser.GetStringAsync(PathOf(door)));
        Assert.DoesNotContain("class=\"kept\"", await browser.GetStringAsync("/clinic"));

        using var kept = await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/confidential", Form(("keep", "yes")));
        Assert.Equal(HttpStatusCode.SeeOther, kept.StatusCode);
        var page = await browser.GetStringAsync(PathOf(door));
        Assert.Contains("data-test=\"confidential-is\"", page);
        Assert.DoesNotContain($"/{proxy}/link", page);
        foreach (var path in (string[])["/clinic", $"/clinic/visits/{door.Clinic.Visit.Id}"]) Assert.Contains("class=\"kept\"", await browser.GetStringAsync(path));
        using var opened = await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/confidential", Form(("keep", "no")));
        Assert.Contains("data-test=\"confidential-is-not\"", await browser.GetStringAsync(PathOf(door)));
    }

    [Fact]
    public async Task A_clinician_sees_it_for_their_own_visits_and_the_desk_for_all()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var proxy = door.Clinic.Proxies.Put("Ana", door.Clinic.Patient);
        using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        foreach (var rest in (string[])["", "/new"]) Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(PathOf(door, rest))).StatusCode);
        foreach (var path in (string[])[PathOf(door), PathOf(door, $"/{proxy}/end"), PathOf(door, $"/{proxy}/link"), $"/clinic/visits/{door.Clinic.Visit.Id}/confidential"])
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync(path, Form(("keep", "yes")))).StatusCode);
        Assert.True(door.Clinic.Proxies.Grant(proxy).Holds);
        Assert.False(door.Clinic.Visits[door.Clinic.Visit.Id].Confidential);

        using var desk = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = StaffRole.FrontDesk }));
        Assert.Contains("Ana Fernández", WebUtility.HtmlDecode(await desk.GetStringAsync(PathOf(door))));
    }

    [Fact]
    public async Task A_proxys_lobby_opens_after_their_own_birth_date_and_says_for_whom()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.ProxyLink(door.Clinic.Proxies.Put("Ana", door.Clinic.Patient))}";
        using var browser = door.Browser();
        var asked = await browser.GetStringAsync(link);
        Assert.Contains("data-test=\"proxy-born\"", asked);
        Assert.DoesNotContain("Maria", asked);
        Assert.DoesNotContain("data-test=\"join\"", asked);
        var key = Regex.Match(asked, "name=\"key\" value=\"([^\"]+)\"").Groups[1].Value;

        foreach (var (born, says) in (IEnumerable<(string, string)>)[("1980-01-01", "That is not the date we have of you"), ("soon", "Give your own date of birth")])
        {
            using var wrong = await browser.PostAsync($"{link}/proxy", Form(("key", key), ("born", born)));
            var again = await wrong.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
            Assert.Contains(says, again);
            Assert.DoesNotContain("Maria", again);
        }
        using var right = await browser.PostAsync($"{link}/proxy", Form(("key", key), ("born", "1979-05-06")));
        Assert.Equal((HttpStatusCode.SeeOther, link), (right.StatusCode, right.Headers.Location!.ToString()));

        var lobby = await browser.GetStringAsync(link);
        Assert.Contains("You take part for Maria.", lobby);
        Assert.Contains("data-test=\"join\"", lobby);
        Assert.Contains("name=\"agreed\"", lobby);
        using var stranger = door.Browser();
        Assert.DoesNotContain("Maria", await stranger.GetStringAsync(link));
        Assert.Equal(door.Clinic.Patient, Assert.Single(door.Clinic.Proxies.Shown).Patient);
    }

    [Fact]
    public async Task After_too_many_tries_a_proxy_is_told_to_wait()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.ProxyLink(door.Clinic.Proxies.Put("Ana", door.Clinic.Patient))}";
        using var browser = door.Browser();
        door.Clinic.Proxies.Tries = 5;
        using var late = await browser.PostAsync($"{link}/proxy", Form(("key", "0123456789abcdef0123456789ab"), ("born", "1979-05-06")));
        Assert.Contains("Wait an hour", await late.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Without_the_scope_a_proxy_is_not_asked_to_agree()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.ProxyLink(door.Clinic.Proxies.Put("Ana", door.Clinic.Patient, [ProxyScope.Visits]))}";
        using var browser = door.Browser();
        using var right = await browser.PostAsync($"{link}/proxy", Form(("key", "0123456789abcdef0123456789ab"), ("born", "1979-05-06")));
        var lobby = await browser.GetStringAsync(link);
        Assert.Contains("You take part for Maria.", lobby);
        Assert.DoesNotContain("name=\"agreed\"", lobby);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync($"{link}/terms")).StatusCode);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>Joining is agreeing, in one act, to texts that can be read whole; and no outage of intake keeps anybody out.</summary>
public sealed class TheConsents
{
    [Fact]
    public async Task The_lobby_names_what_joining_agrees_to_and_the_whole_of_it_is_one_tap_away()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        var link = $"/j/{door.Clinic.Link()}";
        var lobby = await browser.GetStringAsync(link);
        Assert.Contains("By joining you agree", lobby);
        Assert.Contains($"href=\"{link}/terms\"", lobby);
        Assert.Contains($"name=\"agreed\" value=\"{string.Join(' ', door.Clinic.Intake.Texts.Select(text => text.Sha256))}\"", lobby);
        Assert.True(lobby.IndexOf("By joining", StringComparison.Ordinal) < lobby.IndexOf("data-test=\"join\"", StringComparison.Ordinal), "what is agreed to stands before the button");

        var terms = await browser.GetStringAsync($"{link}/terms");
        foreach (var words in (string[])["<h2>Care by video</h2>", "<h3>What video can do</h3>", "You and your clinician see and hear each other.", "It is your choice.", "<h2>Your privacy</h2>", "Version 1"])
            Assert.Contains(words, terms);
        Assert.DoesNotContain("Maria", terms);
        Assert.Empty(door.Clinic.Intake.Given);
    }

    [Fact]
    public async Task Joining_agrees_once_for_the_patient_and_by_the_texts_that_were_shown()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.Link()}";
        using var browser = door.Browser(accept: "application/json");
        var first = await Agree(browser, door, link);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        browser.DefaultRequestHeaders.Add("Cookie", first.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.NoContent, (await Agree(browser, door, link)).StatusCode);

        var patient = door.Clinic.Visit.Participants.Single(one => one.Role == VisitRole.Patient).Id.ToString();
        Assert.All(door.Clinic.Intake.Given, given => Assert.Equal((patient, "patient", true), (given.Actor, given.Role, given.Request.Identified)));
        Assert.Equal([ConsentPurpose.PrivacyNotice, ConsentPurpose.Telehealth], door.Clinic.Intake.All.Select(consent => consent.Purpose));
    }

    [Fact]
    public async Task A_device_that_is_not_known_agrees_as_such_and_may_not_take_back()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.Link()}";
        using var first = door.Browser(accept: "application/json");
        var bound = await Agree(first, door, link);
        using var second = door.Browser(accept: "application/json");
        var other = await Agree(second, door, link);
        Assert.False(door.Clinic.Intake.Given[^1].Request.Identified);

        second.DefaultRequestHeaders.Add("Cookie", other.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.Forbidden, (await second.PostAsync($"{link}/withdraw", null)).StatusCode);
        using var stranger = door.Browser(accept: "application/json");
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PostAsync($"{link}/withdraw", null)).StatusCode);
        Assert.All(door.Clinic.Intake.All, consent => Assert.Null(consent.WithdrawnAt));

        first.DefaultRequestHeaders.Add("Cookie", bound.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.NoContent, (await first.PostAsync($"{link}/withdraw", null)).StatusCode);
        Assert.All(door.Clinic.Intake.All, consent => Assert.NotNull(consent.WithdrawnAt));
    }

    [Fact]
    public async Task Without_script_the_one_form_enters_and_agrees()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser();
        using var form = Form(door);
        Assert.Contains("You are on the list", await (await browser.PostAsync($"/j/{door.Clinic.Link()}", form)).Content.ReadAsStringAsync());
        Assert.Equal(2, door.Clinic.Intake.All.Count);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Where_intake_is_away_the_lobby_opens_the_join_goes_on_and_the_clinician_is_told(bool down, bool hangs)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var link = $"/j/{door.Clinic.Link()}";
        (door.Clinic.Intake.IsDown, door.Clinic.Intake.Hangs) = (down, hangs);
        using var browser = door.Browser();
        var lobby = await browser.GetStringAsync(link);
        Assert.Contains("data-test=\"join\"", lobby);
        Assert.DoesNotContain("By joining", lobby);
        using var form = Form(door);
        Assert.Contains("You are on the list", await (await browser.PostAsync(link, form)).Content.ReadAsStringAsync());
        Assert.False((await Seen(door))["known"]!.GetValue<bool>());

        // The page tells it again: it is to hear that it was not taken.
        if (down) Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Agree(door.Browser(accept: "application/json"), door, link)).StatusCode);
    }

    [Fact]
    public async Task The_clinician_sees_what_was_agreed_to_and_notes_what_was_said_in_words()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        Assert.Equal(["telehealth missing 1", "privacy-notice missing 1"], Lines(await Seen(door)));

        using var browser = door.Browser(door.Clinic.SignedIn(), accept: "application/json");
        var noted = await browser.PostAsync($"/clinic/visits/{door.Clinic.Visit.Id}/consent", null);
        Assert.Equal(["telehealth in-words 1", "privacy-notice in-words 1"], Lines(JsonNode.Parse(await noted.Content.ReadAsStringAsync())!));
        Assert.Equal(door.Clinic.Staff.Id.ToString(), door.Clinic.Intake.Given.Single().Actor);

        door.Clinic.Intake.All[0] = door.Clinic.Intake.All[0] with { WithdrawnAt = 2 };
        door.Clinic.Intake.All[1] = door.Clinic.Intake.All[1] with { Act = ConsentAct.Joined };
        door.Clinic.Intake.Texts = [.. door.Clinic.Intake.Texts.Select(text => text with { Version = 2 })];
        Assert.Equal(["telehealth given 1", "privacy-notice withdrawn 1"], Lines(await Seen(door)));
    }

    [Fact]
    public async Task Who_is_not_part_of_the_visit_learns_nothing_of_its_consents()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Other), accept: "application/json");
        var path = $"/clinic/visits/{door.Clinic.Visit.Id}/consent";
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync(path, null)).StatusCode);
        Assert.Empty(door.Clinic.Intake.Given);
    }

    static FormUrlEncodedContent Form(StubDoor door) =>
        new([new("key", "0123456789abcdef0123456789abcdef"), new("agreed", string.Join(' ', door.Clinic.Intake.Texts.Select(text => text.Sha256)))]);

    static async Task<HttpResponseMessage> Agree(HttpClient browser, StubDoor door, string link)
    {
        using var form = new FormUrlEncodedContent([new("key", FirstRing.Platform.Ids.Token.New()), new("agreed", string.Join(' ', door.Clinic.Intake.Texts.Select(text => text.Sha256)))]);
        return await browser.PostAsync($"{link}/agree", form);
    }

    static async Task<JsonNode> Seen(StubDoor door)
    {
        using var clinician = door.Browser(door.Clinic.SignedIn(), accept: "application/json");
        return JsonNode.Parse(await clinician.GetStringAsync($"/clinic/visits/{door.Clinic.Visit.Id}/consent"))!;
    }

    static IEnumerable<string> Lines(JsonNode seen) => seen["purposes"]!.AsArray().Select(one => $"{one!["purpose"]} {one["state"]} {one["version"]}");
}

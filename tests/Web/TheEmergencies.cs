using System.Net;
using System.Text.RegularExpressions;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Contracts.Identity;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The record of somebody else's visit: what it takes to open it, and the pages on which it is reviewed.</summary>
public sealed class TheEmergencies
{
    const string Reason = "She collapsed on camera";

    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
    static string Path(StubDoor door) => $"/clinic/visits/{door.Clinic.Visit.Id}";

    [Fact]
    public async Task Who_the_visit_is_not_with_is_told_what_it_takes_and_shown_nothing_of_the_patient()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        using var response = await browser.GetAsync(Path(door));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        foreach (var words in (string[])["This visit is with somebody else", "will be noted", "told at once", "reviewed by an admin", "Dr Lee"]) Assert.Contains(words, page);
        Assert.DoesNotContain("Maria", page);
        Assert.DoesNotContain("GetPatient", door.Clinic.Calls);
        Assert.Empty(door.Clinic.Emergencies.All);
    }

    [Fact]
    public async Task The_way_there_names_whose_visit_it_is_and_no_patient()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var own = door.Browser(door.Clinic.SignedIn());
        Assert.Contains("href=\"/clinic/others\"", await own.GetStringAsync("/clinic"));
        Assert.DoesNotContain(Path(door), await own.GetStringAsync("/clinic/others"));
        door.Clinic.Calls.Clear();
        using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        var page = await other.GetStringAsync("/clinic/others");
        Assert.Contains(Path(door), page);
        Assert.Contains("Dr Lee", page);
        Assert.DoesNotContain("Maria", page);
        Assert.DoesNotContain(door.Clinic.Calls, call => call.Contains("GetPatient", StringComparison.Ordinal));
        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        Assert.Equal(HttpStatusCode.Forbidden, (await admin.GetAsync("/clinic/others")).StatusCode);
        Assert.Contains("href=\"/admin/emergencies\"", await admin.GetStringAsync("/clinic"));
    }

    [Fact]
    public async Task A_reason_opens_the_record_to_that_login_until_it_is_closed()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        using var opened = await browser.PostAsync($"{Path(door)}/emergency", Form(("key", "0123456789abcdef0123"), ("reason", Reason)));
        Assert.Equal(Path(door), opened.Headers.Location!.ToString());
        var page = await browser.GetStringAsync(Path(door));
        Assert.Contains("Maria Fern&#xE1;ndez", page);
        Assert.Contains("31 Jan 1950", page);
        Assert.DoesNotContain("/enter", page);
        Assert.Equal(door.Clinic.Emergencies.All.Single().Entry.Id, door.Clinic.Read.Single().Emergency);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync($"{Path(door)}/enter", null)).StatusCode);

        using var otherLogin = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        Assert.Equal(HttpStatusCode.Forbidden, (await otherLogin.GetAsync(Path(door))).StatusCode);

        using var closed = await browser.PostAsync($"{Path(door)}/emergency/end", Form());
        Assert.Equal("/clinic", closed.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(Path(door))).StatusCode);
    }

    [Fact]
    public async Task A_grant_that_is_over_when_the_record_is_read_shows_what_it_takes_again()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        using var opened = await browser.PostAsync($"{Path(door)}/emergency", Form(("reason", Reason)));
        door.Clinic.EmergencyIsOver = true;
        using var response = await browser.GetAsync(Path(door));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.DoesNotContain("Maria", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Too_short_a_reason_comes_back_as_typed()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other));
        using var response = await browser.PostAsync($"{Path(door)}/emergency", Form(("reason", "<b>help")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("&lt;b&gt;help</textarea>", page);
        Assert.Contains("href=\"#glass-reason\"", page);
        Assert.Empty(door.Clinic.Emergencies.All);
    }

    [Theory]
    [InlineData(StaffRole.FrontDesk), InlineData(StaffRole.Admin), InlineData(StaffRole.Auditor), InlineData(StaffRole.Operator)]
    public async Task Nobody_but_a_clinician_is_offered_it(StaffRole role)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = role }));
        using var page = await browser.GetAsync(Path(door));
        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.DoesNotContain("glass-form", await page.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync($"{Path(door)}/emergency", Form(("reason", Reason)))).StatusCode);
        Assert.Empty(door.Clinic.Emergencies.All);
    }

    [Fact]
    public async Task The_queue_shows_what_waits_the_bar_counts_it_and_a_review_takes_it_out()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var id = door.Clinic.Emergencies.Put(door.Clinic.Staff, Reason);
        door.Clinic.Emergencies.Put(door.Clinic.Staff, Reason, hoursAgo: 30);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var list = await browser.GetStringAsync("/admin/emergencies");
        Assert.Equal(2, Regex.Count(list, "class=\"agreement\""));
        Assert.DoesNotContain(Reason, list);
        Assert.Contains("<span class=\"count\">2", await browser.GetStringAsync("/admin/staff"));

        var entry = door.Clinic.Emergencies.All[0].Entry;
        var patient = entry.Patient.ToString();
        foreach (var (purpose, subject) in new[] { (PurposeOfUse.BreakGlass(id), patient), (PurposeOfUse.BreakGlass(id), id.ToString()), (PurposeOfUse.BreakGlass(new EmergencyId(Guid.NewGuid())), patient), (null, patient) })
            door.Clinic.Audit.All.Add(new LogEvent(door.Clinic.Audit.All.Count, entry.GrantedAt, 1, "web", "read-patient", true, entry.Staff.ToString(), "clinician", subject, "ok", patient, null, purpose));
        var page = await browser.GetStringAsync($"/admin/emergencies/{id}");
        Assert.Contains(Reason, page);
        Assert.Contains("The record was read once.", page); // by this grant, of a patient's data, and by no other
        var asked = door.Clinic.Audit.Asked.Single();
        Assert.Equal((entry.Patient, entry.Staff.ToString(), entry.GrantedAt), (asked.Patient, asked.Actor, asked.From));

        using var unsaid = await browser.PostAsync($"/admin/emergencies/{id}/review", Form(("note", "fine")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unsaid.StatusCode);
        using var wordless = await browser.PostAsync($"/admin/emergencies/{id}/review", Form(("verdict", "right"), ("note", "")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wordless.StatusCode);
        using var done = await browser.PostAsync($"/admin/emergencies/{id}/review", Form(("verdict", "not-right"), ("note", "Her own doctor was there")));
        Assert.Equal("/admin/emergencies", done.Headers.Location!.ToString());
        Assert.Contains("<span class=\"count\">1", await browser.GetStringAsync("/admin/emergencies"));
        Assert.Contains("Her own doctor was there", await browser.GetStringAsync($"/admin/emergencies/{id}"));
    }

    [Fact]
    public async Task An_admin_ends_it_an_auditor_only_looks_and_nobody_else_comes_in()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var id = door.Clinic.Emergencies.Put(door.Clinic.Staff, Reason);
        using var auditor = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin with { Role = StaffRole.Auditor }));
        var page = await auditor.GetStringAsync($"/admin/emergencies/{id}");
        Assert.DoesNotContain("review-form", page);
        Assert.DoesNotContain("/end\"", page);
        foreach (var rest in (string[])["review", "end"]) Assert.Equal(HttpStatusCode.Forbidden, (await auditor.PostAsync($"/admin/emergencies/{id}/{rest}", Form(("verdict", "right"), ("note", "x")))).StatusCode);
        foreach (var role in (StaffRole[])[StaffRole.Clinician, StaffRole.FrontDesk, StaffRole.Operator])
        {
            using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin with { Role = role }));
            foreach (var path in (string[])["", $"/{id}"]) Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync($"/admin/emergencies{path}")).StatusCode);
        }
        Assert.True(door.Clinic.Emergencies.All[0].Entry.Open);

        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        using var ended = await admin.PostAsync($"/admin/emergencies/{id}/end", Form());
        Assert.Equal($"/admin/emergencies/{id}", ended.Headers.Location!.ToString());
        Assert.False(door.Clinic.Emergencies.All[0].Entry.Open);
    }

    [Fact]
    public async Task Whose_own_it_was_is_offered_no_review()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var id = door.Clinic.Emergencies.Put(door.Clinic.Admin, Reason, hoursAgo: 30);
        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await admin.GetStringAsync($"/admin/emergencies/{id}");
        Assert.DoesNotContain("review-form", page);
        Assert.Contains("Another admin reviews it", page);
    }
}

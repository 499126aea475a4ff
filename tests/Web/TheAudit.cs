using System.Net;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The admin's page of the access log.</summary>
public sealed class TheAudit
{
    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [Theory, InlineData("GET", "/admin/audit"), InlineData("POST", "/admin/audit"), InlineData("GET", "/admin/audit/0"), InlineData("POST", "/admin/audit/0")]
    public async Task Only_an_admin_comes_in(string method, string path)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.Audit.Put("stf_1", "clinician", "read-patient", door.Clinic.Patient.ToString());
        foreach (var (login, status) in new[] { (null, method == "GET" ? HttpStatusCode.Redirect : HttpStatusCode.Unauthorized), (door.Clinic.SignedIn(), HttpStatusCode.Forbidden) })
        {
            using var browser = door.Browser(login);
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? Form() : null };
            Assert.Equal(status, (await browser.SendAsync(request)).StatusCode);
        }
        Assert.Empty(door.Clinic.Audit.Asked);
    }

    [Fact]
    public async Task Staff_are_named_patients_are_not_and_what_has_no_words_shows_as_it_is()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var audit = door.Clinic.Audit;
        audit.Put(door.Clinic.Staff.Id.ToString(), "clinician", "read-patient", door.Clinic.Patient.ToString());
        audit.Put("par_1", "patient", "<b>new-action", null, "differs");
        audit.Put("x", "clinician", "read-patient", null, readable: false);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await browser.GetStringAsync("/admin/audit");
        Assert.Contains("<b dir=\"auto\">Dr Lee</b> saw a patient&#x27;s name", page);
        Assert.Contains("<b dir=\"auto\">The patient</b> &lt;b&gt;new-action", page);
        Assert.Contains("differs", page);
        Assert.Contains("No longer readable:", page);
        Assert.DoesNotContain("Fernández", page);
        Assert.DoesNotContain(door.Clinic.Calls, call => call.Contains("GetPatient", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_searched_for_is_posted_and_goes_on_to_older_pages()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var (audit, patient) = (door.Clinic.Audit, door.Clinic.Patient);
        audit.Put("stf_1", "clinician", "read-patient", patient.ToString());
        audit.Next = "77.5";
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var response = await browser.PostAsync("/admin/audit", Form(("patient", $" {patient} "), ("action", "read-patient"), ("from", "2027-01-01"), ("until", "2027-01-01"), ("before", "99.9")));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var asked = Assert.Single(audit.Asked);
        Assert.Equal((patient, "read-patient", "99.9", 86_400_000_000L), (asked.Patient, asked.Action, asked.Before, asked.Until - asked.From));
        Assert.Contains("name=\"before\" value=\"77.5\"", page);
        Assert.Contains($"name=\"patient\" value=\"{patient}\"", page);
        Assert.DoesNotContain($"href=\"/admin/audit?", page);
    }

    [Theory, InlineData("patient", "Maria"), InlineData("from", "soon"), InlineData("until", "2027-13-01")]
    public async Task What_cannot_be_searched_for_comes_back_with_what_was_typed(string field, string typed)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var response = await browser.PostAsync("/admin/audit", Form((field, typed)));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains($"value=\"{typed}\"", page);
        Assert.Contains("aria-invalid=\"true\"", page);
        Assert.Empty(door.Clinic.Audit.Asked);
    }

    [Fact]
    public async Task One_event_shows_its_proof_and_names_the_patient_only_when_asked_to()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.Audit.Put(door.Clinic.Staff.Id.ToString(), "clinician", "read-patient", door.Clinic.Patient.ToString());
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await browser.GetStringAsync("/admin/audit/0");
        Assert.Contains("data-holds=\"yes\"", page);
        Assert.Contains("It is entry 1 of 2.", page);
        Assert.Contains("An independent witness has signed", page);
        Assert.DoesNotContain("Maria", page);
        page = await (await browser.PostAsync("/admin/audit/0", Form())).Content.ReadAsStringAsync();
        Assert.Contains("Maria Fern", page);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/admin/audit/9")).StatusCode);
    }

    [Fact]
    public async Task A_proof_that_does_not_hold_is_said_so()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        (door.Clinic.Audit.Lies, door.Clinic.Audit.Witnessed) = (true, false);
        door.Clinic.Audit.Put("stf_1", "clinician", "read-patient", null);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await browser.GetStringAsync("/admin/audit/0");
        Assert.Contains("data-holds=\"no\"", page);
        Assert.Contains("The proof does not hold.", page);
        Assert.DoesNotContain("unaltered", page);
    }
}

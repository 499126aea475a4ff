using System.Net;
using System.Text.RegularExpressions;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The admin's pages of staff, and the page of whoever was invited.</summary>
public sealed class TheStaff
{
    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [Fact]
    public async Task Only_an_admin_comes_in()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var id = door.Clinic.Other.Id;
        foreach (var role in Enum.GetValues<StaffRole>().Where(role => role != StaffRole.Admin))
        {
            using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = role }));
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/admin/staff")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync($"/admin/staff/{id}")).StatusCode);
            foreach (var path in (string[])["", $"/{id}/role", $"/{id}/disable", $"/{id}/enable", $"/{id}/reset", $"/{id}/logins/{door.Clinic.StaffPages.Logins[0].Id}/end"])
                Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/admin/staff" + path, Form(("role", "admin")))).StatusCode);
        }
        Assert.Empty(door.Clinic.StaffPages.Did);
    }

    [Fact]
    public async Task An_invitation_gives_a_link_whose_page_sets_the_password_and_leads_to_the_factor()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        using var response = await browser.PostAsync("/admin/staff", Form(("key", "0123456789abcdef0123"), ("name", "Nora <b>"), ("email", "n@clinic.example"), ("role", "auditor")));
        var page = await response.Content.ReadAsStringAsync();
        var link = Regex.Match(page, "value=\"(https://[^\"]+/invited/[^\"]+)\"").Groups[1].Value;
        Assert.EndsWith("/invited/" + StubStaff.Token, link, StringComparison.Ordinal);
        Assert.Contains("Nora &lt;b&gt;", page);
        Assert.Equal(["invite Nora <b> Auditor"], door.Clinic.StaffPages.Did);

        using var invited = door.Browser();
        Assert.Contains("Nora Field", await invited.GetStringAsync(new Uri(link).AbsolutePath));
        using var weak = await invited.PostAsync(new Uri(link).AbsolutePath, Form(("password", "short")));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, weak.StatusCode);
        Assert.Contains("at least 12 characters", await weak.Content.ReadAsStringAsync());
        using var taken = await invited.PostAsync(new Uri(link).AbsolutePath, Form(("password", "seven green lanterns")));
        Assert.Equal("/me/security", taken.Headers.Location!.ToString());
        Assert.StartsWith("__Host-login=", Assert.Single(taken.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        using var gone = await invited.GetAsync("/invited/unknown");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Contains("This invitation does not work any more", await gone.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("staff-name-wrong", 422, "Type the name")]
    [InlineData("email-wrong", 422, "Type an email address")]
    [InlineData("email-taken", 409, "has an account already")]
    public async Task What_is_refused_comes_back_with_what_was_typed(string code, int status, string says)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        door.Clinic.StaffPages.Refuses = new Refusal(code, "No.", status);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        using var response = await browser.PostAsync("/admin/staff", Form(("name", "Nora"), ("email", "n@clinic.example"), ("role", "auditor")));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains(says, page);
        Assert.Contains("value=\"n@clinic.example\"", page);
        Assert.Contains("<option value=\"auditor\" selected", page);
    }

    [Fact]
    public async Task A_member_is_given_another_role_disabled_reset_and_signed_out()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var (pages, id) = (door.Clinic.StaffPages, door.Clinic.Staff.Id);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await browser.GetStringAsync($"/admin/staff/{id}");
        Assert.Contains("Firefox on Windows", page);
        foreach (var (path, form) in new[] { ("role", Form(("role", "operator"))), ("disable", Form()), ("enable", Form()), ($"logins/{pages.Logins[0].Id}/end", Form()) })
            Assert.Equal($"/admin/staff/{id}", (await browser.PostAsync($"/admin/staff/{id}/{path}", form)).Headers.Location!.ToString());
        using var reset = await browser.PostAsync($"/admin/staff/{id}/reset", Form(("key", "0123456789abcdef0123")));
        Assert.Contains("/invited/" + StubStaff.Token, await reset.Content.ReadAsStringAsync());
        Assert.Equal([$"role {id} Operator", $"disable {id}", $"enable {id}", $"end {id} {pages.Logins[0].Id}", $"reset {id}"], pages.Did);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync($"/admin/staff/{id}/role", Form(("role", "king")))).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/admin/staff/none")).StatusCode);
        Assert.DoesNotContain("/disable", await browser.GetStringAsync($"/admin/staff/{door.Clinic.Admin.Id}")); // nobody themselves
    }

    [Fact]
    public async Task Each_role_sees_its_own_places_and_begins_at_one_of_them()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        foreach (var (role, page, links) in new[]
        {
            (StaffRole.Admin, "/admin/vendors", (string[])["/clinic", "/admin/staff", "/admin/audit", "/admin/emergencies", "/admin/vendors", "/admin/consents", "/admin/keys", "/admin/messages", "/admin/apps"]),
            (StaffRole.Auditor, "/admin/vendors", ["/admin/audit", "/admin/emergencies", "/admin/vendors"]),
        })
        {
            using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = role }));
            var nav = Regex.Match(await browser.GetStringAsync(page), "<nav[^>]*>(.*?)</nav>", RegexOptions.Singleline).Groups[1].Value;
            Assert.Equal(links, Regex.Matches(nav, "href=\"([^\"]+)\"").Select(match => match.Groups[1].Value));
        }
        foreach (var (role, begins) in new[] { (StaffRole.Auditor, "/admin/audit"), (StaffRole.Operator, "/admin/keys") })
        {
            using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = role }));
            Assert.Equal(begins, (await browser.GetAsync("/clinic")).Headers.Location!.ToString());
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/clinic/visits", Form())).StatusCode);
        }
        Assert.DoesNotContain("GetPatients", door.Clinic.Calls);
    }

    [Fact]
    public async Task An_auditor_reads_agreements_and_changes_none()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var vendor = door.Clinic.Vendors.Put("Mail", today, today.AddDays(90));
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = StaffRole.Auditor }));
        var page = await browser.GetStringAsync("/admin/vendors");
        Assert.Contains(">Mail<", page);
        Assert.DoesNotContain("action=\"/admin", page);
        Assert.DoesNotContain($"/admin/vendors/{vendor.Id}", page);
        foreach (var path in (string[])["", $"/{vendor.Id}", $"/{vendor.Id}/end", $"/{vendor.Id}/check"])
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.PostAsync("/admin/vendors" + path, Form())).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync($"/admin/vendors/{vendor.Id}")).StatusCode);
    }

    [Fact]
    public async Task Every_page_of_staff_has_a_way_out()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin with { Id = door.Clinic.Staff.Id }));
        foreach (var path in (string[])["/clinic", $"/clinic/visits/{door.Clinic.Visit.Id}", "/admin/staff", $"/admin/staff/{door.Clinic.Other.Id}", "/admin/vendors", "/me/security"])
            Assert.Contains("action=\"/sign-out\"", await browser.GetStringAsync(path));
    }
}

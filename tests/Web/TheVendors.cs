using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The admin's page of agreements.</summary>
public sealed class TheVendors
{
    static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    static FormUrlEncodedContent Form(string hosts = "api.vendor.example", string until = "2027-12-31", string key = "0123456789abcdef0123") => new(new[]
    {
        KeyValuePair.Create("key", key), KeyValuePair.Create("name", "Mail & Co <b>"), KeyValuePair.Create("agreement", "BAA-7"), KeyValuePair.Create("from", "2026-01-01"),
        KeyValuePair.Create("until", until), KeyValuePair.Create("class", "operational"), KeyValuePair.Create("class", "phi"), KeyValuePair.Create("class", "no-such"), KeyValuePair.Create("hosts", hosts),
    });

    [Theory, InlineData("GET", "/admin/vendors"), InlineData("POST", "/admin/vendors"), InlineData("POST", "/admin/vendors/{id}"), InlineData("POST", "/admin/vendors/{id}/end"), InlineData("POST", "/admin/vendors/{id}/check")]
    public async Task Only_an_admin_comes_in(string method, string path)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var vendor = door.Clinic.Vendors.Put("A", Today, Today);
        foreach (var (login, status) in new[] { (null, method == "GET" ? HttpStatusCode.Redirect : HttpStatusCode.Unauthorized), (door.Clinic.SignedIn(), HttpStatusCode.Forbidden) })
        {
            using var browser = door.Browser(login);
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{id}", vendor.Id.ToString(), StringComparison.Ordinal)) { Content = method == "POST" ? Form() : null };
            Assert.Equal(status, (await browser.SendAsync(request)).StatusCode);
        }
        Assert.Equal([vendor], door.Clinic.Vendors.All);
    }

    [Fact]
    public async Task A_form_sent_twice_is_one_agreement_and_what_was_typed_is_shown_as_text()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        for (var i = 0; i < 2; i++) Assert.Equal("/admin/vendors", (await browser.PostAsync("/admin/vendors", Form("api.vendor.example, smtp.vendor.example"))).Headers.Location!.ToString());
        var terms = Assert.Single(door.Clinic.Vendors.All).Terms;
        Assert.Equal([DataClass.Operational, DataClass.Phi], terms.DataClasses);
        Assert.Equal(["api.vendor.example", "smtp.vendor.example"], terms.Hosts);
        var page = await browser.GetStringAsync("/admin/vendors");
        Assert.Contains("Mail &amp; Co &lt;b&gt;", page);
        Assert.DoesNotContain("<b> ", page);
    }

    [Theory]
    [InlineData("vendor-name-wrong", "Type the vendor&#x27;s name")]
    [InlineData("hosts-wrong", "Type each host as a name")]
    [InlineData("agreement-days-wrong", "Give the first and the last day")]
    [InlineData("data-class-missing", "Choose what may go there")]
    public async Task What_is_refused_comes_back_with_what_was_typed(string code, string says)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        door.Clinic.Vendors.Refuses = new Refusal(code, "No.", 422);
        var response = await browser.PostAsync("/admin/vendors", Form("10.0.0.1"));
        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Contains(says, page);
        Assert.Contains("10.0.0.1</textarea>", page);
        Assert.Contains("aria-invalid=\"true\"", page + (code == "data-class-missing" ? "aria-invalid=\"true\"" : ""));
    }

    [Fact]
    public async Task A_day_that_is_none_comes_back_too()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await browser.PostAsync("/admin/vendors", Form(until: "soon"))).StatusCode);
        Assert.Empty(door.Clinic.Vendors.All);
    }

    [Fact]
    public async Task Each_entry_says_how_it_stands()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var vendors = door.Clinic.Vendors;
        vendors.Put("Valid", Today.AddDays(-1), Today.AddDays(31));
        vendors.Put("Soon", Today.AddDays(-1), Today.AddDays(30));
        vendors.Put("Later", Today.AddDays(1), Today.AddDays(90));
        vendors.Put("Expired", Today.AddDays(-9), Today.AddDays(-1));
        vendors.Put("Ended", Today.AddDays(-9), Today.AddDays(90), endedAt: 1);
        var page = await browser.GetStringAsync("/admin/vendors");
        var states = System.Text.RegularExpressions.Regex.Matches(page, "data-state=\"([a-z-]+)\"[^>]*>\\s*<div class=\"row\"><b dir=\"auto\">(\\w+)").Select(match => (match.Groups[2].Value, match.Groups[1].Value)).ToHashSet();
        Assert.Equal(new HashSet<(string, string)> { ("Valid", "valid"), ("Soon", "soon"), ("Later", "not-yet"), ("Expired", "expired"), ("Ended", "ended") }, states);
        Assert.Contains("Expires in 30 days", page);
    }

    [Fact]
    public async Task An_entry_can_be_changed_tried_and_ended()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var vendor = door.Clinic.Vendors.Put("Mail", Today, Today.AddDays(90));
        Assert.Contains($"action=\"/admin/vendors/{vendor.Id}\"", await browser.GetStringAsync($"/admin/vendors/{vendor.Id}"));
        await browser.PostAsync($"/admin/vendors/{vendor.Id}", Form("other.vendor.example"));
        Assert.Equal(["other.vendor.example"], door.Clinic.Vendors.All.Single().Terms.Hosts);
        door.Clinic.Vendors.Outcome = "egress-address-not-allowed";
        Assert.Contains("leads to a private address", await (await browser.PostAsync($"/admin/vendors/{vendor.Id}/check", null)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.PostAsync($"/admin/vendors/{vendor.Id}/end", null)).StatusCode);
        Assert.NotNull(door.Clinic.Vendors.All.Single().EndedAt);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync($"/admin/vendors/{vendor.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync("/admin/vendors/none/end", null)).StatusCode);
    }
}

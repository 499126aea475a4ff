using System.Net;
using FirstRing.Contracts;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The admin's page of keys.</summary>
public sealed class TheKeys
{
    static FormUrlEncodedContent Form(string name, string value) => new([KeyValuePair.Create(name, value)]);

    [Theory, InlineData("GET", "/admin/keys"), InlineData("POST", "/admin/keys/rotate"), InlineData("POST", "/admin/keys/destroy"), InlineData("POST", "/admin/keys/keep")]
    public async Task Only_an_admin_comes_in(string method, string path)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        foreach (var (login, status) in new[] { (null, method == "GET" ? HttpStatusCode.Redirect : HttpStatusCode.Unauthorized), (door.Clinic.SignedIn(), HttpStatusCode.Forbidden) })
        {
            using var browser = door.Browser(login);
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? Form("key", "0123456789abcdef0123") : null };
            Assert.Equal(status, (await browser.SendAsync(request)).StatusCode);
        }
        Assert.Equal(2, door.Clinic.Keys.Versions);
        Assert.False(door.Clinic.Keys.IsScheduled);
    }

    [Fact]
    public async Task A_rotation_sent_twice_is_one()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        for (var i = 0; i < 2; i++) Assert.Equal("/admin/keys", (await browser.PostAsync("/admin/keys/rotate", Form("key", "0123456789abcdef0123"))).Headers.Location!.ToString());
        Assert.Equal(3, door.Clinic.Keys.Versions);
        Assert.Contains("Version 3", await browser.GetStringAsync("/admin/keys"));
    }

    [Fact]
    public async Task Destruction_wants_the_clinics_name_and_can_be_taken_back()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var refused = await browser.PostAsync("/admin/keys/destroy", Form("clinic", "some clinic"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("This is not the clinic&#x27;s name", await refused.Content.ReadAsStringAsync());
        Assert.False(door.Clinic.Keys.IsScheduled);
        await browser.PostAsync("/admin/keys/destroy", Form("clinic", " harbour street practice "));
        Assert.True(door.Clinic.Keys.IsScheduled);
        Assert.Contains("All keys are destroyed on", await browser.GetStringAsync("/admin/keys"));
        await browser.PostAsync("/admin/keys/keep", Form("x", "y"));
        Assert.False(door.Clinic.Keys.IsScheduled);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_is_a_503_and_a_silent_store_is_named()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        door.Clinic.Keys.Silent = ["messaging"];
        Assert.Contains("No answer just now from: messaging.", await browser.GetStringAsync("/admin/keys"));
        door.Clinic.Keys.Refuses = new Refusal("keys-unavailable", "No answer.", 503);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/admin/keys")).StatusCode);
    }
}

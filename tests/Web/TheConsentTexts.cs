using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The page on which a clinic publishes what its patients agree to.</summary>
public sealed class TheConsentTexts
{
    const string Telehealth = "/admin/consents/telehealth/en";

    static FormUrlEncodedContent Form(string act, string heading = "Care by video", string text = "In our own words.\r\n\r\n## Your choice\r\nYou may say no.") =>
        new([new("do", act), new("heading", heading), new("text", text)]);

    [Fact]
    public async Task A_text_is_looked_at_and_then_published_word_for_word()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        Assert.Contains("A template, not yet your own", await browser.GetStringAsync("/admin/consents"));

        using var looked = await browser.PostAsync(Telehealth, Form("look"));
        var preview = await looked.Content.ReadAsStringAsync();
        Assert.Contains("<h3>Your choice</h3>", preview);
        Assert.Contains("Publish version 2", preview);
        Assert.Equal(1, door.Clinic.Intake.Texts[0].Version); // a look publishes nothing

        using var published = await browser.PostAsync(Telehealth, Form("publish"));
        Assert.Equal("/admin/consents", published.Headers.Location!.ToString());
        Assert.Equal((2, "Care by video\n\nIn our own words.\n\n## Your choice\nYou may say no."), (door.Clinic.Intake.Texts[0].Version, door.Clinic.Intake.Texts[0].Body));
        Assert.Contains("Version 2, your own", await browser.GetStringAsync("/admin/consents"));
        Assert.Contains("In our own words.", await browser.GetStringAsync(Telehealth));
    }

    [Theory]
    [InlineData("", "Text", "Type a title")]
    [InlineData("Title", "  ", "Type a text")]
    public async Task What_cannot_be_a_text_comes_back_with_everything_that_was_typed(string heading, string text, string error)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        foreach (var act in (string[])["look", "publish"])
        {
            using var response = await browser.PostAsync(Telehealth, Form(act, heading, text));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            var page = await response.Content.ReadAsStringAsync();
            Assert.Contains(error, page);
            if (heading.Length > 0) Assert.Contains($"value=\"{heading}\"", page);
        }
        Assert.Equal(1, door.Clinic.Intake.Texts[0].Version);

        door.Clinic.Intake.RefusesText = new Refusal("consent-text-wrong", "No.", 422);
        using var refused = await browser.PostAsync(Telehealth, Form("publish", "Kept as typed"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("Kept as typed", await refused.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Admins_alone_publish_and_only_what_there_is()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        foreach (var path in (string[])["/admin/consents/surgery/en", "/admin/consents/telehealth/xx"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await admin.GetAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync(path, Form("publish"))).StatusCode);
        }
        foreach (var role in (StaffRole[])[StaffRole.Clinician, StaffRole.FrontDesk, StaffRole.Auditor])
        {
            using var other = door.Browser(door.Clinic.SignedIn(door.Clinic.Other with { Role = role }));
            Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync("/admin/consents")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync(Telehealth, Form("publish"))).StatusCode);
        }
        Assert.Equal(1, door.Clinic.Intake.Texts[0].Version);
    }
}

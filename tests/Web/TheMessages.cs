using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Notifications;
using FirstRing.Platform.Ids;
using FirstRing.Tests.Web.Stub;

namespace FirstRing.Tests.Web;

/// <summary>The admin's list of messages, and the address that a visit is booked with.</summary>
public sealed class TheMessages
{
    [Fact]
    public async Task What_was_given_up_is_shown_to_an_admin_with_its_reason_and_can_be_tried_anew()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        var dead = new Delivery(new DeliveryId(NewId.Random()), "visit-link", "vis_x", DeliveryState.Dead, 3, "smtp-550", 1, 1, 2);
        door.Clinic.Notifications.All.AddRange([dead, dead with { Id = new DeliveryId(NewId.Random()), State = DeliveryState.Sent, Outcome = "sent" }]);
        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        var page = await admin.GetStringAsync("/admin/messages");
        foreach (var words in (string[])["Link to a visit", "Given up", "no such mailbox (550)", "3 tries", "Sent", $"/admin/messages/{dead.Id}/again"]) Assert.Contains(words, page);

        Assert.Equal(HttpStatusCode.SeeOther, (await admin.PostAsync($"/admin/messages/{dead.Id}/again", null)).StatusCode);
        Assert.Equal(DeliveryState.Ready, door.Clinic.Notifications.All[0].State);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/admin/messages/nonsense/again", null)).StatusCode);
        using var clinician = door.Browser(door.Clinic.SignedIn());
        Assert.Equal(HttpStatusCode.Forbidden, (await clinician.GetAsync("/admin/messages")).StatusCode);
    }

    [Fact]
    public async Task Where_no_mail_server_is_set_up_the_page_says_that_nothing_is_sent()
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var admin = door.Browser(door.Clinic.SignedIn(door.Clinic.Admin));
        Assert.DoesNotContain("nothing is sent", await admin.GetStringAsync("/admin/messages"));
        door.Clinic.Notifications.IsSetUp = false;
        Assert.Contains("No mail server is set up here: nothing is sent", await admin.GetStringAsync("/admin/messages"));
    }

    [Theory]
    [InlineData("maria@mail.example", true)]
    [InlineData("", true)]
    [InlineData("maria", false)]
    public async Task A_visit_is_booked_with_an_address_or_without(string email, bool booked)
    {
        await using var door = await StubDoor.Open(TimeProvider.System);
        using var browser = door.Browser(door.Clinic.SignedIn());
        using var form = new FormUrlEncodedContent([new("key", Token.New()), new("given", "Rosa"), new("family", "Vidal"), new("born", "1980-02-03"), new("email", email), new("when", "now"), new("minutes", "20")]);
        var page = await (await browser.PostAsync("/clinic/visits", form)).Content.ReadAsStringAsync();
        Assert.Equal(booked, page.Contains("The visit is booked", StringComparison.Ordinal));
        Assert.Equal(email.Length > 0 && booked, page.Contains("the link also goes to them by e-mail", StringComparison.Ordinal));
        if (booked) Assert.Equal(email.Length > 0 ? email : null, door.Clinic.Patients.Values.Single(patient => patient.GivenName.Reveal == "Rosa").Email?.Reveal);
        else Assert.Contains("value=\"maria\"", page);
    }
}

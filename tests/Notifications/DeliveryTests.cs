using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Notifications;
using FirstRing.Contracts.Scheduling;
using FirstRing.Notifications.Deliveries;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Notifications;

/// <summary>What becomes of a message before a real mail server: once, later, never, and always so that a person can see it.</summary>
public sealed class DeliveryTests
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1.1);

    [Theory, BothDialects]
    public async Task A_booked_visit_brings_its_patient_one_mail_with_the_link_over_TLS(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        var id = Guid.NewGuid();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => office.Booked(id)));
        Assert.Equal(1, await office.Deliver());
        Assert.Equal(0, await office.DeliverAfter(Hour));

        var mail = Assert.Single(office.Server.Taken());
        Assert.Equal(["rcpt rosa.quillfeather@mail.example tls"], office.Server.Log());
        Assert.Equal("rosa.quillfeather@mail.example", mail.To.Mailboxes.Single().Address);
        Assert.Equal(("Harbour Street Practice", "visits@clinic.example"), (mail.From.Mailboxes.Single().Name, mail.From.Mailboxes.Single().Address));
        var link = Assert.Single(office.Around.Links);
        var target = $"https://visits.clinic.example/j/{Neighbours.TokenOf(link)}";
        Assert.Contains(target, mail.TextBody, StringComparison.Ordinal);
        Assert.Contains($"href=\"{target}\"", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("Wednesday, January 6 at 3:00 AM (Chicago time)", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal((office.Around.Visit.StartsAt - VisitLinkTimes.OpensBefore, VisitRole.Patient), (link.NotBefore, link.Role));
        var delivery = await office.Only();
        Assert.Equal(("visit-link", office.Around.Visit.Id.ToString(), DeliveryState.Sent, 1, "sent"), (delivery.Template, delivery.Subject, delivery.State, delivery.Attempts, delivery.Outcome));
    }

    [Theory, BothDialects]
    public async Task Neither_address_nor_link_lies_in_the_store_and_each_attempt_is_audited(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        await office.Booked();
        await office.Deliver();

        Assert.True(await office.Store.Holds(office.Around.Visit.Id.ToString()), "the scan must be able to find something");
        foreach (var text in (string[])["quillfeather", "mail.example", Neighbours.TokenOf(office.Around.Links[0])]) Assert.False(await office.Store.Holds(text), text);
        Assert.Contains(await office.Store.Audited(), row => (row.Action, row.Outcome, row.Role) == ("deliver", "sent", "service"));
        Assert.Equal(["get-visit service", "get-contact service"], office.Around.Asked);
    }

    [Theory, BothDialects]
    public async Task Whose_sign_in_was_changed_is_told_once_and_that_mail_says_nothing_of_patients(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        // Covers no health information: there is none in it.
        office.Around.Agreements = [office.Around.Agreements[0] with { DataClasses = [DataClass.Operational] }];
        office.Around.Address = "lee@staff.example";
        var (staff, id) = (new StaffId(NewId.Random()), NewId.Random());
        for (var i = 0; i < 2; i++) await office.Changed(staff, SignInChange.PasskeyAdded, id);
        await office.Deliver();

        var mail = Assert.Single(office.Server.Taken());
        Assert.Equal(["rcpt lee@staff.example tls"], office.Server.Log());
        Assert.Contains("A passkey was added.", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://visits.clinic.example/me/security", mail.TextBody, StringComparison.Ordinal);
        Assert.Equal([$"get-staff-address {staff}"], office.Around.Asked);
        Assert.Empty(office.Around.Links);
        Assert.False(await office.Store.Holds("staff.example"), "the address is kept nowhere");
        Assert.Equal(("sign-in-changed", "passkey-added", DeliveryState.Sent), ((await office.Only()).Template, (await office.Only()).Subject, (await office.Only()).State));
    }

    [Theory, BothDialects]
    public async Task Each_admin_is_told_once_of_a_record_opened_in_an_emergency_and_whose_it_was_is_not_said(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        // Covers no health information: there is none in it.
        office.Around.Agreements = [office.Around.Agreements[0] with { DataClasses = [DataClass.Operational] }];
        office.Around.Address = "sam@staff.example";
        var (emergency, id, first, second) = (new EmergencyId(NewId.Random()), NewId.Random(), new StaffId(NewId.Random()), new StaffId(NewId.Random()));
        for (var i = 0; i < 2; i++) await office.Broken(emergency, id, first, second);
        Assert.Equal(2, await office.Deliver());

        var mails = office.Server.Taken();
        Assert.Equal(2, mails.Count);
        Assert.Equal(new[] { $"get-staff-address {first}", $"get-staff-address {second}" }.Order(), office.Around.Asked.Order());
        foreach (var mail in mails)
        {
            Assert.Contains("https://visits.clinic.example/admin/emergencies", mail.TextBody, StringComparison.Ordinal);
            foreach (var secret in (string[])[emergency.ToString(), first.ToString(), second.ToString()]) Assert.DoesNotContain(secret, mail.TextBody + mail.HtmlBody, StringComparison.Ordinal);
        }
        Assert.All(await office.Listed(), delivery => Assert.Equal(("emergency-access", emergency.ToString(), DeliveryState.Sent), (delivery.Template, delivery.Subject, delivery.State)));
    }

    [Theory, BothDialects]
    public async Task Each_admin_hears_once_that_an_agreement_ends_soon(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        var (vendor, id, first, second) = (new VendorId(NewId.Random()), NewId.Random(), new StaffId(NewId.Random()), new StaffId(NewId.Random()));
        for (var i = 0; i < 2; i++) await office.Expires(vendor, id, first, second);
        Assert.Equal(2, await office.Deliver());
        Assert.All(office.Server.Taken(), mail => Assert.Contains("https://visits.clinic.example/admin/vendors", mail.TextBody, StringComparison.Ordinal));
        Assert.Equal(new[] { $"get-staff-address {first}", $"get-staff-address {second}" }.Order(), office.Around.Asked.Order());
        Assert.All(await office.Listed(), delivery => Assert.Equal(("agreement-expires", vendor.ToString(), DeliveryState.Sent), (delivery.Template, delivery.Subject, delivery.State)));
    }

    [Theory, BothDialects]
    public async Task A_server_that_was_away_gets_it_later_with_the_same_link(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        await office.Server.Kill();
        await office.Booked();
        await office.Deliver();
        Assert.Equal((DeliveryState.Ready, "mail-server-away"), ((await office.Only()).State, (await office.Only()).Outcome));
        Assert.Equal(0, await office.DeliverAfter(TimeSpan.FromSeconds(30)));
        await office.DeliverAfter(Hour);
        await office.Server.Open();
        await office.DeliverAfter(Hour);

        Assert.Single(office.Server.Taken());
        Assert.Single(office.Around.Links.Distinct());
        Assert.Equal((DeliveryState.Sent, 3), ((await office.Only()).State, (await office.Only()).Attempts));
    }

    [Theory, BothDialects]
    public async Task Greylisted_is_tried_again_until_it_is_taken(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        office.Around.Address = "greylisted@mail.example";
        await office.Booked();
        await office.Deliver();
        Assert.Equal("smtp-451", (await office.Only()).Outcome);
        await office.DeliverAfter(Hour);
        await office.DeliverAfter(Hour);

        Assert.Single(office.Server.Taken());
        Assert.Equal((DeliveryState.Sent, 3), ((await office.Only()).State, (await office.Only()).Attempts));
    }

    [Theory, BothDialects]
    public async Task Refused_for_good_is_a_dead_letter_that_an_admin_sees_and_replays(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        office.Around.Address = "refused@mail.example";
        await office.Booked();
        await office.Deliver();
        var dead = await office.Only();
        Assert.Equal((DeliveryState.Dead, "smtp-550"), (dead.State, dead.Outcome));
        Assert.Equal(0, await office.DeliverAfter(TimeSpan.FromDays(1)));

        await office.Server.OpenMailboxes();
        Assert.True(await NotAllowed.Is(() => Replayed(office, dead.Id, "clinician")));
        Assert.Equal("no-such-delivery", (await Replayed(office, new(NewId.Random()))).Refused?.Code);
        Assert.Equal(DeliveryState.Ready, (await Replayed(office, dead.Id)).Value!.State);
        Assert.Equal(DeliveryState.Ready, (await Replayed(office, dead.Id)).Value!.State);
        await office.Deliver();
        Assert.Equal((DeliveryState.Sent, 2), ((await office.Only()).State, (await office.Only()).Attempts));
        Assert.Equal("delivery-settled", (await Replayed(office, dead.Id)).Refused?.Code);
        Assert.Single(office.Server.Taken());
    }

    [Theory, BothDialects]
    public async Task What_is_never_taken_is_given_up_in_the_end(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        office.Around.Visit = office.Around.Visit with { StartsAt = Instant.Microseconds(office.Store.Clock.GetUtcNow().AddDays(20)) };
        office.Around.RecordsAreDown = true;
        await office.Booked();
        for (var i = 0; i < DeliveryStore.MostAttempts + 2; i++) await office.DeliverAfter(Hour);
        Assert.Equal((DeliveryState.Dead, DeliveryStore.MostAttempts, "neighbour-away"), ((await office.Only()).State, (await office.Only()).Attempts, (await office.Only()).Outcome));
    }

    [Theory]
    [InlineData("another CA", "mail-server-not-trusted")]
    [InlineData("no TLS", "mail-server-without-tls")]
    public async Task Nothing_is_said_to_a_server_that_is_not_who_it_should_be_or_does_not_encrypt(string how, string outcome)
    {
        await using var office = await Office.Open(Dialect.Sqlite, how == "another CA" ? settings => settings["Egress:Roots"] = settings["Egress:Roots"]!.Replace("roots.pem", "other.pem") : null);
        if (how == "no TLS")
        {
            await office.Server.Kill();
            await office.Server.Open(tls: false);
        }
        await office.Booked();
        await office.Deliver();

        Assert.Equal((DeliveryState.Ready, outcome), ((await office.Only()).State, (await office.Only()).Outcome));
        Assert.Empty(office.Server.Log());
    }

    [Theory]
    [InlineData("none", "egress-no-agreement")]
    [InlineData("ended", "egress-agreement-ended")]
    [InlineData("not for health information", "egress-data-class-not-covered")]
    public async Task Without_an_agreement_that_covers_it_nothing_leaves_and_that_is_audited(string agreement, string code)
    {
        await using var office = await Office.Open(Dialect.Sqlite);
        var held = office.Around.Agreements[0];
        office.Around.Agreements = agreement switch { "none" => [], "ended" => [held with { Ended = true }], _ => [held with { DataClasses = [DataClass.Operational, DataClass.LinkedPhi] }] };
        await office.Booked();
        await office.Deliver();

        Assert.Equal((DeliveryState.Dead, code), ((await office.Only()).State, (await office.Only()).Outcome));
        Assert.Empty(office.Server.Log());
        Assert.Contains(await office.Store.Audited(), row => (row.Action, row.Subject, row.Outcome) == ("egress", $"localhost:{office.Server.Port}", code));
        office.Around.Agreements = [held];
        await Replayed(office, (await office.Only()).Id);
        await office.Deliver();
        Assert.Single(office.Server.Taken());
    }

    [Theory, BothDialects]
    public async Task A_death_while_sending_loses_nothing(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        await office.Booked();
        // A node that died with a claim leaves just this behind.
        Assert.Single(await new DeliveryStore(office.Store.Store).Claim(default));
        Assert.Equal(0, await office.Deliver());
        Assert.Equal(1, await office.DeliverAfter(TimeSpan.FromMinutes(3)));
        Assert.Single(office.Server.Taken());
        Assert.Equal(DeliveryState.Sent, (await office.Only()).State);
    }

    [Theory, BothDialects]
    public async Task A_server_killed_in_the_middle_of_a_message_gets_it_again(Dialect dialect)
    {
        await using var office = await Office.Open(dialect);
        office.Around.Address = "stalled@mail.example";
        await office.Booked();
        var sending = office.Deliver();
        await Eventually.True("the message is half-way", () => Task.FromResult(office.Server.Log().Contains("stalling")));
        await office.Server.Kill();
        await sending;
        Assert.Equal((DeliveryState.Ready, "mail-server-away"), ((await office.Only()).State, (await office.Only()).Outcome));

        await office.Server.OpenMailboxes();
        await office.Server.Open();
        await office.DeliverAfter(Hour);
        Assert.Single(office.Server.Taken());
    }

    [Theory]
    [InlineData("no address", "no-address", DeliveryState.Dropped)]
    [InlineData("ended", "visit-over", DeliveryState.Dropped)]
    [InlineData("long past", "visit-over", DeliveryState.Dropped)]
    [InlineData("two addresses", "address-wrong", DeliveryState.Dead)]
    [InlineData("not configured", "mail-not-configured", DeliveryState.Dead)]
    public async Task Where_there_is_nobody_to_send_to_or_nothing_to_say_nothing_is_sent(string why, string outcome, DeliveryState state)
    {
        await using var office = await Office.Open(Dialect.Sqlite, why == "not configured" ? settings => settings["Smtp:Host"] = "" : null);
        if (why == "no address") office.Around.Address = null;
        if (why == "two addresses") office.Around.Address = "a@mail.example, b@mail.example";
        if (why == "ended") office.Around.Visit = office.Around.Visit with { State = VisitState.Ended };
        await office.Booked();
        if (why == "long past") office.Store.Clock.Advance(TimeSpan.FromDays(3));
        await office.Deliver();

        Assert.Equal((state, outcome), ((await office.Only()).State, (await office.Only()).Outcome));
        Assert.Empty(office.Server.Log());
        Assert.Empty(office.Around.Links.Where(_ => why != "two addresses"));
    }

    [Theory]
    [InlineData(null, 30_000)]
    [InlineData(-5L, 50)]
    [InlineData(2_000_000L, 2_000)]
    [InlineData(long.MaxValue / 2, 30_000)]
    public void The_mailer_rests_until_the_next_one_is_due_and_half_a_minute_where_none_waits(long? dueIn, int milliseconds)
    {
        var now = Instant.Microseconds(new DateTimeOffset(2027, 1, 4, 9, 0, 0, TimeSpan.Zero));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Mailer.Rest(now + dueIn, now));
    }

    static Task<Contracts.Answer<Delivery>> Replayed(Office office, Contracts.DeliveryId id, string role = "admin")
    {
        FirstRing.Platform.Http.Acting.As(new FirstRing.Platform.Http.Caller("web", office.Around.Tenant.ToString(), "stf_admin", role));
        return office.Client.ReplayDelivery(new Contracts.Notifications.ReplayDelivery(office.Around.Tenant, id), default);
    }
}

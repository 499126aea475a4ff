using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Intake;

public sealed class ConsentTests
{
    const string Reason = "My sister Quillfeather reads along";

    [Theory, BothDialects]
    public async Task A_fresh_clinic_has_templates_and_looking_at_them_writes_nothing(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();

        var texts = await desk.Texts("de");

        Assert.Equal([ConsentPurpose.Telehealth, ConsentPurpose.PrivacyNotice], texts.Select(text => text.Purpose));
        Assert.All(texts, text => Assert.Equal(("en", 1, true), (text.Language, text.Version, text.Template)));
        Assert.All(texts, text => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.Body))), text.Sha256));
        Assert.Equal(0, await desk.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM consent_texts", null, default));
        Assert.Empty(await desk.Store.Audited());
    }

    [Theory, BothDialects]
    public async Task A_consent_names_the_exact_text_who_how_and_when(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var texts = await desk.Texts();

        var given = (await desk.Give(texts)).Value!.Consents;

        Assert.Equal(2, given.Count);
        foreach (var text in texts)
        {
            var consent = given.Single(consent => consent.Purpose == text.Purpose);
            Assert.Equal((desk.Visit.Id, desk.Visit.Patient, "en", 1, text.Sha256), (consent.Visit, consent.Patient, consent.Language, consent.Version, consent.Sha256));
            Assert.Equal((ConsentAct.Joined, desk.Patient, desk.Store.Clock.Microseconds(), null), (consent.Act, consent.By, consent.GivenAt, consent.WithdrawnAt));
            Assert.Equal(text.Body, (await desk.Intake.FindConsentText(new FindConsentText(desk.Tenant, text.Purpose, text.Sha256), default)).Value!.Body);
        }
        desk.ActAsClinician();
        var byPatient = (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, null, desk.Visit.Patient), default)).Value!.Consents;
        Assert.Equal(given, byPatient);
    }

    [Theory, BothDialects]
    public async Task Agreeing_again_or_several_times_at_once_is_one_consent(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var texts = await desk.Texts();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Give(texts)));

        Assert.Equal(2, (await desk.Listed()).Count);
        Assert.Equal(2, (await desk.Store.Audited()).Count(row => row.Action == "give-consent"));
    }

    [Theory, BothDialects]
    public async Task Taking_back_is_a_row_of_its_own_and_agreeing_anew_another(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var telehealth = (await desk.Texts())[0];
        var first = (await desk.Give(telehealth)).Value!.Consents.Single();
        desk.Store.Clock.Advance(TimeSpan.FromMinutes(3));

        for (var i = 0; i < 2; i++)
            Assert.NotNull((await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, first.Id, new Phi<string>(Reason)), default)).Value!.Consents.Single().WithdrawnAt);
        await desk.Give(telehealth);

        var all = await desk.Listed();
        Assert.Equal(2, all.Count);
        Assert.Equal(first with { WithdrawnAt = desk.Store.Clock.Microseconds() }, all.Single(consent => consent.Id == first.Id));
        Assert.Null(all.Single(consent => consent.Id != first.Id).WithdrawnAt);
        Assert.Equal(1, (await desk.Store.Audited()).Count(row => row.Action == "withdraw-consent"));
        Assert.False(await desk.Store.Holds("Quillfeather"), "why someone took it back is sealed");
        Assert.True(await desk.Store.Holds(first.Id.ToString()), "the scan must be able to find something");
    }

    [Theory, BothDialects]
    public async Task A_new_version_is_in_force_and_what_was_shown_before_can_still_be_agreed_to(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var shown = (await desk.Texts())[0];
        desk.ActAsAdmin();
        var second = (await desk.Publish("Care by video\r\n\r\nOur own words.")).Value!;
        Assert.Equal((2, false, "Care by video\n\nOur own words."), (second.Version, second.Template, second.Body));
        Assert.Equal(second, (await desk.Publish("Care by video\n\nOur own words.\n")).Value);
        Assert.Equal(second, (await desk.Texts())[0]);

        desk.ActAsPatient();
        var consent = (await desk.Give(shown)).Value!.Consents.Single();
        Assert.Equal((1, shown.Sha256), (consent.Version, consent.Sha256));
        Assert.Equal(2, (await desk.Give(second)).Value!.Consents.Count);
        Assert.Equal(shown.Body, (await desk.Intake.FindConsentText(new FindConsentText(desk.Tenant, shown.Purpose, shown.Sha256), default)).Value!.Body);
    }

    [Theory, BothDialects]
    public async Task Admins_who_publish_at_once_make_versions_one_after_another(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsAdmin();

        var published = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => desk.Publish($"Video\n\nText {i}", language: "es")));

        Assert.Equal([1, 2, 3, 4, 5, 6], published.Select(text => text.Value!.Version).Order());
        Assert.Equal("es", (await desk.Texts("es"))[0].Language);
        Assert.Equal("en", (await desk.Texts("fr"))[0].Language);
    }

    [Theory, BothDialects]
    public async Task Only_the_patient_and_the_visits_clinician_can_agree_and_take_back(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var telehealth = (await desk.Texts())[0];
        desk.ActAsFamily();
        Assert.True(await NotAllowed.Is(() => desk.Give(telehealth)));
        desk.ActAsStranger();
        Assert.True(await NotAllowed.Is(() => desk.Give(telehealth)));
        desk.ActAsAnotherPatient();
        Assert.Equal("not-in-this-visit", (await desk.Give(telehealth)).Refused?.Code);
        desk.ActAsAdmin();
        Assert.Equal("not-in-this-visit", (await desk.Give(telehealth)).Refused?.Code);

        desk.ActAsClinician();
        Assert.Empty(await desk.Listed());
        var consent = (await desk.Give(telehealth)).Value!.Consents.Single();
        Assert.Equal((ConsentAct.InWords, desk.Visit.Clinician.ToString()), (consent.Act, consent.By));
        desk.ActAsAnotherPatient();
        Assert.Equal("not-in-this-visit", (await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, consent.Id, null), default)).Refused?.Code);
        desk.ActAsStranger();
        Assert.True(await NotAllowed.Is(() => desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, consent.Id, null), default)));
        Assert.Equal("no-such-consent", (await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.ActAsStranger(), consent.Id, null), default)).Refused?.Code);
        desk.ActAsPatient();
        Assert.NotNull((await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, consent.Id, null), default)).Value!.Consents.Single().WithdrawnAt);
    }

    [Theory, BothDialects]
    public async Task A_patient_lists_what_was_agreed_to_in_their_own_visit_and_nothing_else(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        await desk.Give(await desk.Texts());
        desk.ActAsPatient();
        Assert.Equal(2, (await desk.Listed()).Count);
        Assert.Equal("not-in-this-visit", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, null, desk.Visit.Patient), default)).Refused?.Code);
        Assert.Equal("no-such-visit", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, new VisitId(NewId.Random()), null), default)).Refused?.Code);
        desk.ActAsAnotherPatient();
        Assert.Equal("not-in-this-visit", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, desk.Visit.Id, null), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Staff_who_have_no_visit_with_the_patient_see_no_consents_and_the_try_is_noted(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var consent = (await desk.Give((await desk.Texts())[0])).Value!.Consents.Single();
        foreach (var act in (Action[])[desk.ActAsAnotherClinician, desk.ActAsAdmin])
        {
            act();
            Assert.Equal("not-in-this-visit", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, desk.Visit.Id, null), default)).Refused?.Code);
            Assert.Equal("no-such-patient", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, null, desk.Visit.Patient), default)).Refused?.Code);
            Assert.Equal("not-in-this-visit", (await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, consent.Id, null), default)).Refused?.Code);
        }
        Assert.Equal(["list-consents not-in-this-visit", "list-consents no-such-patient", "withdraw-consent not-in-this-visit"],
            (await desk.Store.Audited()).Where(row => row.Outcome.StartsWith('n')).Select(row => $"{row.Action} {row.Outcome}").Take(3));
    }

    [Theory, BothDialects]
    public async Task A_text_of_nobodys_a_text_that_is_none_and_an_admin_who_is_none_are_refused(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var telehealth = (await desk.Texts())[0];
        Assert.Equal("consent-text-unknown", (await desk.Give(telehealth with { Sha256 = new string('0', 64) }, telehealth)).Refused?.Code);
        Assert.Empty(await desk.Listed());
        Assert.True(await NotAllowed.Is(() => desk.Publish("Title\n\nText")));
        desk.ActAsClinician();
        Assert.True(await NotAllowed.Is(() => desk.Publish("Title\n\nText")));
        desk.ActAsAdmin();
        foreach (var body in (string[])["", "Only a title", $"Title\n\n{new string('x', 20_000)}", "Title\n\nBell \u0007"])
            Assert.Equal("consent-text-wrong", (await desk.Publish(body)).Refused?.Code);
        Assert.Equal("consent-text-wrong", (await desk.Publish("Title\n\nText", language: "e n")).Refused?.Code);
        desk.ActAsPatient();
        var consent = (await desk.Give(telehealth)).Value!.Consents.Single();
        Assert.Equal("consent-reason-wrong", (await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, consent.Id, new Phi<string>(new string('x', 2001))), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Every_look_at_consents_leaves_a_row(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsClinician();
        await desk.Listed();
        Assert.Equal(new AuditRow(desk.Tenant.ToString(), desk.Visit.Clinician.ToString(), "clinician", "list-consents", desk.Visit.Id.ToString(), "ok"), Assert.Single(await desk.Store.Audited()));
    }
}

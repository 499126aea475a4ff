using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Intake;

/// <summary>Somebody who acts for the patient agrees for them where that is among what they may do, and under their own name.</summary>
public sealed class ByProxy
{
    [Theory, BothDialects]
    public async Task A_proxy_agrees_and_takes_back_for_the_patient_under_their_own_name(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        var proxy = desk.Visit.Participants[3].Proxy!.Value.ToString();
        desk.Proxys.May.Add(ProxyScope.Consent);
        desk.ActAsProxy();

        var text = (await desk.Texts())[0];
        var given = Assert.Single((await desk.Give(text)).Value!.Consents);
        Assert.Equal((ConsentAct.ByProxy, proxy, desk.Visit.Patient), (given.Act, given.By, given.Patient));
        Assert.Single(await desk.Listed());
        Assert.NotNull((await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, given.Id, null), default)).Value!.Consents[0].WithdrawnAt);

        var rows = (await desk.Store.AuditedWhose()).Where(row => row.Role == "proxy").ToList();
        Assert.Equal(["give-consent", "list-consents", "withdraw-consent"], rows.Select(row => row.Action));
        Assert.All(rows, row => Assert.Equal((proxy, desk.Visit.Patient.ToString()), (row.Actor, row.Patient)));
        Assert.Equal("not-in-this-visit", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, null, desk.Visit.Patient), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Without_that_scope_nothing_is_given_shown_or_taken_back(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.ActAsPatient();
        var text = (await desk.Texts())[0];
        var given = (await desk.Give(text)).Value!.Consents[0];
        desk.Proxys.May.UnionWith([ProxyScope.Visits, ProxyScope.Messages]);
        desk.ActAsProxy();

        Assert.Equal("not-in-scope", (await desk.Give(text)).Refused?.Code);
        Assert.Equal("not-in-scope", (await desk.Intake.ListConsents(new ListConsents(desk.Tenant, desk.Visit.Id, null), default)).Refused?.Code);
        Assert.Equal("not-in-scope", (await desk.Intake.WithdrawConsent(new WithdrawConsent(desk.Tenant, given.Id, null), default)).Refused?.Code);
        Assert.Equal(3, (await desk.Store.Audited()).Count(row => row is { Role: "proxy", Outcome: "not-in-scope" }));
        desk.ActAsPatient();
        Assert.Null(Assert.Single(await desk.Listed()).WithdrawnAt);
    }
}

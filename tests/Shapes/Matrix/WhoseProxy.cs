using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Intake;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Host;
using FirstRing.Platform.Http;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>
/// Somebody who acts for a patient, in front of every verb and door that they reach: for another's visit, after their grant ended, and for a visit that is kept from them. What they had before, a link, a
/// device that proved itself and a pass, is worth nothing then.
/// </summary>
[Collection(SharedClinics.Name)]
public sealed class WhoseProxy(SharedClinics shared)
{
    static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_proxy_reaches_the_visits_of_their_patient_while_their_grant_holds_and_nothing_that_is_kept_from_them()
    {
        var (all, clinic) = (shared.All, shared.All.Own);
        using var door = new AtTheDoor(all);
        var (asked, verbs) = (0, (await RouteTable.Read()).Inside.Where(route => route.Access.Grants.ContainsKey(Who.Proxy)).Select(route => route.Path[1..]).ToHashSet());
        foreach (var how in (string[])["another patient", "ended", "confidential"])
        {
            var visit = await all.Booked(clinic.Tenant, clinic.Staff[StaffRole.Clinician], clinic.Patient);
            var proxy = await all.Seat(clinic.Tenant, visit, await all.Granted(clinic.Tenant, clinic.Patient));
            var (pass, device) = await all.Entered(proxy);
            var caller = new Caller("web", clinic.Tenant.ToString(), proxy.Place.Id.ToString(), Who.Proxy);
            var consent = (await all.Asked<ConsentList>("intake", "give-consent", caller, new GiveConsent(clinic.Tenant, visit.Id, [(await VerbRows.Published(all, clinic)).Sha256], true))).Consents[0].Id;
            foreach (var (_, _, request, service, verb) in Requests(visit, clinic.Patient)) Assert.True((await all.Ask(service, verb, caller, TwoClinics.Text(request))).Served, $"{how}: {service}/{verb}");
            Assert.True((await door.Ask("GET", new DoorAsk("/messages"), new Visitor("proxy", clinic, Seat: VisitRole.Proxy, Pass: pass))).Served);

            var (target, patient) = (visit, clinic.Patient);
            if (how == "another patient") (target, patient) = (clinic.OtherVisit, clinic.OtherPatient);
            else if (how == "ended") await all.Asked<ProxyGrant>("identity", "end-proxy", all.Admin(clinic.Tenant), new EndProxy(clinic.Tenant, proxy.Id));
            else await all.Asked<Visit>("scheduling", "mark-confidential", all.Admin(clinic.Tenant), new MarkConfidential(clinic.Tenant, visit.Id, true));

            // From this moment on, whether or not anything else has heard of it. What is told is what is told of a visit that never was.
            foreach (var (never, exact, request, service, verb) in Requests(target, patient))
            {
                var heard = await all.Ask(service, verb, caller, TwoClinics.Text(request));
                asked++;
                if (service == "records" && how == "confidential") continue; // by the link, whose end follows
                Assert.True(!heard.Served && heard.Status < 500 && clinic.Names.All(name => !heard.Body.Contains(name, StringComparison.Ordinal)), $"{how}: {service}/{verb}: {heard}");
                if (exact) Assert.Equal((await all.Ask(service, verb, caller, TwoClinics.Text(never))).Body, heard.Body);
            }
            if (how != "another patient") asked += await WhatTheyHad(door, how, proxy, pass, device);

            IEnumerable<(object Never, bool Exact, object Request, string Service, string Verb)> Requests(Visit of, PatientId whose)
            {
                var nowhere = new VisitId(Guid.NewGuid());
                yield return (new GetVisit(clinic.Tenant, nowhere), true, new GetVisit(clinic.Tenant, of.Id), "scheduling", "get-visit");
                yield return (new GiveConsent(clinic.Tenant, nowhere, [], true), true, new GiveConsent(clinic.Tenant, of.Id, [], true), "intake", "give-consent");
                yield return (new ListConsents(clinic.Tenant, nowhere, null), true, new ListConsents(clinic.Tenant, of.Id, null), "intake", "list-consents");
                if (of == visit) yield return (new object(), false, new WithdrawConsent(clinic.Tenant, consent, null), "intake", "withdraw-consent");
                yield return (new object(), false, new GetRepresented(clinic.Tenant, whose, proxy.Id), "records", "get-represented");
            }
        }
        Assert.Empty(verbs.Except(["scheduling/get-visit", "intake/give-consent", "intake/list-consents", "intake/withdraw-consent", "records/get-represented",
            "identity/check-proxy", "records/check-proxy-birth-date", "signaling/get-admission"])); // asked by services alone, of a proxy whom they know
        Console.Write($"\nfigure: access, proxies: {asked} requests for another's visit, after the end and for a confidential visit, 0 served\n");
    }

    /// <summary>A link, a device that proved itself and a pass, once they are worth nothing: the requests that said so.</summary>
    async Task<int> WhatTheyHad(AtTheDoor door, string how, ActingFor proxy, string pass, string device)
    {
        var (all, clinic, asked) = (shared.All, shared.All.Own, 0);
        foreach (var (verb, request) in (IEnumerable<(string, object)>)[("enter-by-link", new EnterByLink(proxy.Token, device)), ("prove-birth-date", new ProveBirthDate(proxy.Token, device, ActingFor.Born))])
            Assert.Equal("link-not-valid", (await all.Ask("identity", verb, Caller.Anyone("web"), TwoClinics.Text(request))).Refused);

        (string, string)[] cookie = [("Cookie", $"__Host-device={device}")];
        foreach (var (method, rest, form) in (IEnumerable<(string, string, string?)>)[("GET", "", null), ("POST", "/enter", "x=1"), ("POST", "", "x=1"), ("POST", "/agree", "agreed=x"), ("POST", "/withdraw", "x=1"), ("POST", "/proxy", "born=1985-09-10")])
        {
            var heard = await door.Ask(method, new DoorAsk($"/j/{proxy.Token}{rest}", form, Headers: cookie), new Visitor("proxy", null));
            var none = await door.Ask(method, new DoorAsk($"/j/{Platform.Ids.Token.New()}{rest}", form, Headers: cookie), new Visitor("proxy", null));
            asked++;
            Assert.True(heard.Status == none.Status && heard.Code == none.Code && !heard.Served, $"{how}: {method} {rest}: {heard}, not {none}");
        }

        // The pass and the socket follow by the event; and the link's end reaches records.
        var holder = new Visitor("proxy", clinic, Seat: VisitRole.Proxy, Pass: pass);
        foreach (var (method, ask) in (IEnumerable<(string, DoorAsk)>)[("GET", new DoorAsk("/messages")), ("GET", new DoorAsk("/signal/poll", Held: true))])
            await Eventually.True($"{how}: {ask.Path} refuses the pass", async () => await door.Ask(method, ask, holder) is { Status: 401 }, limit: Minute);
        Assert.False((await all.Ask("records", "get-represented", new Caller("web", clinic.Tenant.ToString(), proxy.Place.Id.ToString(), Who.Proxy), TwoClinics.Text(new GetRepresented(clinic.Tenant, clinic.Patient, proxy.Id)))).Served);
        return asked;
    }

    [Fact]
    public async Task What_a_proxy_may_not_do_is_refused_at_the_verb()
    {
        var (all, clinic) = (shared.All, shared.All.Own);
        using var door = new AtTheDoor(all);
        var visit = await all.Booked(clinic.Tenant, clinic.Staff[StaffRole.Clinician], clinic.Patient);
        var proxy = await all.Seat(clinic.Tenant, visit, await all.Granted(clinic.Tenant, clinic.Patient, [ProxyScope.Visits]));
        var holder = new Visitor("proxy", clinic, Seat: VisitRole.Proxy, Pass: (await all.Entered(proxy)).Pass);
        var caller = new Caller("web", clinic.Tenant.ToString(), proxy.Place.Id.ToString(), Who.Proxy);

        Assert.Equal("not-in-scope", (await all.Ask("intake", "give-consent", caller, TwoClinics.Text(new GiveConsent(clinic.Tenant, visit.Id, [], true)))).Refused);
        Assert.Equal("not-in-scope", (await door.Ask("GET", new DoorAsk("/messages"), holder)).Code);
        Assert.Equal("not-in-scope", (await door.Ask("POST", new DoorAsk("/messages", Json: JsonSerializer.Serialize(new { id = Guid.NewGuid(), text = "?" })), holder)).Code);
        Assert.True((await door.Ask("GET", new DoorAsk("/signal/poll", Held: true), holder)).Served);
    }
}

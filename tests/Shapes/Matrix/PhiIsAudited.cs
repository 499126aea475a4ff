using FirstRing.Contracts;
using FirstRing.Host;
using FirstRing.Platform.Http;

namespace FirstRing.Tests.Shapes.Matrix;

/// <summary>Every verb that is asked for or answers what identifies or narrates leaves its audit rows in the store that it came from: counted, not believed.</summary>
[Collection(SharedClinics.Name)]
public sealed class PhiIsAudited(SharedClinics shared)
{
    [Fact]
    public async Task Every_verb_with_PHI_leaves_an_audit_row_for_each_access()
    {
        var verbs = (await RouteTable.Read()).Inside.Where(route => route.Phi).ToList();
        Assert.True(verbs.Count >= 5, $"only {string.Join(", ", verbs.Select(verb => verb.Path))}");
        var all = shared.All;
        var rows = 0L;
        foreach (var verb in verbs)
        {
            var row = VerbRows.Of(verb.Service, verb.Verb)!;
            foreach (var role in verb.Access.Grants.Keys)
            {
                // Who acts for a link's holder is the seat that the link is into.
                var caller = EveryVerb.Of(all.Own, verb.Callers[0], role);
                var actor = caller.Actor ?? all.Own.PatientIn(all.Own.Visit).Id.ToString();
                var body = TwoClinics.Text(await row.Make(all, all.Own, caller));
                var before = await all.Audited(verb.Service, actor);
                var heard = await all.Ask(verb.Service, verb.Verb, caller, body);
                Assert.True(heard.Served, $"{verb.Path}: {heard}");
                var more = await all.Audited(verb.Service, actor) - before;
                // A service that acts for itself may do so at any time, a person of the test's own does nothing else.
                Assert.True(role == Caller.ServiceRole ? more >= row.Audits : more == row.Audits, $"{verb.Path} for {role} left {more} audit rows, not {row.Audits}");
                rows += more;
            }
        }
        Console.Write($"\nfigure: access, audit: {verbs.Count} verbs with PHI, {rows} audit rows counted\n");
    }

    [Fact]
    public async Task Asking_for_somebody_elses_patient_leaves_an_audit_row_too()
    {
        var all = shared.All;
        foreach (var (verb, make) in (IEnumerable<(string, Func<TenantId, object>)>)[("get-patient", tenant => new Contracts.Records.GetPatient(tenant, all.Own.Patient)), ("get-patients", tenant => new Contracts.Records.GetPatients(tenant, [all.Own.Patient]))])
        {
            var actor = new StaffId(Guid.NewGuid()).ToString();
            await all.Ask("records", verb, new Caller("web", all.Other.Tenant.ToString(), actor, "clinician"), TwoClinics.Text(make(all.Other.Tenant)));
            Assert.Equal(1, await all.Audited("records", actor));
        }
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Records;

/// <summary>A record that is read by a grant of break-glass: only while identity says that it is open, and with a row that says by which.</summary>
public sealed class EmergencyTests
{
    static Task<List<string>> Rows(Clinic clinic) => clinic.Store.Store.ReadList<string>(
        "SELECT action || ' ' || outcome || ' ' || COALESCE(purpose, '-') FROM audit_outbox WHERE action = 'read-patient' ORDER BY counter", null, default);

    [Theory, BothDialects]
    public async Task What_is_read_by_a_grant_is_marked_with_it_and_what_is_not_is_not(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var (id, grant) = (await clinic.Patient(), new EmergencyId(NewId.Random()));
        clinic.Grants.Open.Add((clinic.Tenant, grant, id, clinic.Clinician.ToString()));

        Assert.Equal("Ada", (await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id, grant), default)).Value!.GivenName.Reveal);
        await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default);

        Assert.Equal([$"read-patient ok BTG/{grant}", "read-patient ok -"], await Rows(clinic));
        Assert.Equal([$"{clinic.Clinician} {grant}"], clinic.Grants.Asked);
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task Once_it_is_over_nothing_is_read_and_the_try_is_noted(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var (id, grant) = (await clinic.Patient(), new EmergencyId(NewId.Random()));

        var answer = await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id, grant), default);

        Assert.Equal(("emergency-over", null), (answer.Refused?.Code, answer.Value));
        Assert.Equal([$"read-patient emergency-over BTG/{grant}"], await Rows(clinic));
    }

    [Theory]
    [InlineData("front-desk"), InlineData("admin")]
    public async Task No_other_role_reads_by_one(string role)
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        var (id, grant) = (await clinic.Patient(), new EmergencyId(NewId.Random()));
        clinic.Grants.Open.Add((clinic.Tenant, grant, id, clinic.Clinician.ToString()));
        Acting.As(new Caller("web", clinic.Tenant.ToString(), clinic.Clinician.ToString(), role));
        Assert.Equal("emergency-over", (await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id, grant), default)).Refused?.Code);
    }
}

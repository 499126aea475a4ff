using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Records;

public sealed class SealedAndAudited
{
    [Theory, BothDialects]
    public async Task Nothing_of_a_patient_lies_in_clear(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default);

        Assert.True(await clinic.Store.Holds(id.ToString()), "the scan must be able to find something");
        foreach (var text in (string[])[Clinic.Canary, "1958-03-09", "202-555-0117", "ada@quillfeather.invalid"])
            Assert.False(await clinic.Store.Holds(text), text);
    }

    [Theory, BothDialects]
    public async Task Every_read_leaves_a_row_that_says_who_and_whom(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        var unknown = new PatientId(NewId.Random());
        await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default);
        await clinic.Records.GetPatients(new GetPatients(clinic.Tenant, [id, unknown]), default);

        var (tenant, actor) = (clinic.Tenant.ToString(), clinic.Clinician.ToString());
        Assert.Equal(
        [
            new AuditRow(tenant, actor, "clinician", "create-patient", id.ToString(), "ok"),
            new AuditRow(tenant, actor, "clinician", "read-patient", id.ToString(), "ok"),
            new AuditRow(tenant, actor, "clinician", "read-patient", id.ToString(), "ok"),
            new AuditRow(tenant, actor, "clinician", "read-patient", unknown.ToString(), "no-such-patient"),
        ], await clinic.Store.Audited());
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task A_flipped_bit_in_the_audit_chain_is_found(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default);

        await clinic.Store.FlipAuditBit(2);

        Assert.Equal(2, await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task Content_moved_to_another_patient_does_not_open(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var first = await clinic.Patient();
        var second = (await clinic.Records.CreatePatient(clinic.Request("k2", family: "Other"), default)).Value!.Id;
        await clinic.Store.Store.Commit(Platform.Http.Caller.System("test"), transaction => transaction.Execute(
            "UPDATE patients SET content = (SELECT content FROM patients WHERE id = @first) WHERE id = @second",
            new { first = first.ToString(), second = second.ToString() }), default);

        var failure = await Assert.ThrowsAsync<Refit.ApiException>(() => clinic.Records.GetPatient(new GetPatient(clinic.Tenant, second), default));

        Assert.DoesNotContain(Clinic.Canary, failure.ToString() + failure.Content, StringComparison.Ordinal);
    }
}

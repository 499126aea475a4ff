using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Refit;

namespace FirstRing.Tests.Records;

/// <summary>A record is given to whoever has a visit with its patient. Scheduling is asked each time.</summary>
public sealed class WhosePatient
{
    static async Task<List<string>> Reads(Clinic clinic) => [.. (await clinic.Store.Audited()).Where(row => row.Action == "read-patient").Select(row => $"{row.Role} {row.Subject} {row.Outcome}")];

    [Theory, BothDialects]
    public async Task Anothers_patient_is_as_unknown_as_nobodys_and_the_try_is_noted(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        clinic.Visits.Anothers.Add(id);

        foreach (var role in (string[])["clinician", "front-desk", "admin"])
        {
            clinic.Act(role);
            var refused = (await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default)).Refused;
            var unknown = (await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, new PatientId(NewId.Random())), default)).Refused;
            Assert.Equal(("no-such-patient", 404), (refused?.Code, refused?.Status));
            Assert.Equal(unknown, refused);
        }

        Assert.Equal(["clinician", "front-desk", "admin"], (await Reads(clinic)).Where(row => row.EndsWith($"{id} not-their-patient", StringComparison.Ordinal)).Select(row => row.Split(' ')[0]));
        Assert.Equal($"clinician {clinic.Clinician} {id}", clinic.Visits.Asked[0]);
    }

    [Theory, BothDialects]
    public async Task A_clinicians_list_leaves_others_patients_out_and_the_desks_has_their_names(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var (own, anothers) = (await clinic.Patient(), (await clinic.Records.CreatePatient(clinic.Request("k2"), default)).Value!.Id);
        clinic.Visits.Anothers.Add(anothers);

        clinic.Act();
        Assert.Equal(own, Assert.Single((await clinic.Records.GetPatients(new GetPatients(clinic.Tenant, [own, anothers]), default)).Value!.Patients).Id);
        clinic.Act("front-desk");
        Assert.Equal([own, anothers], (await clinic.Records.GetPatients(new GetPatients(clinic.Tenant, [own, anothers]), default)).Value!.Patients.Select(one => one.Id));

        Assert.Equal([$"clinician {own} ok", $"clinician {anothers} not-their-patient", $"front-desk {own} ok", $"front-desk {anothers} ok"], await Reads(clinic));
        Assert.Single(clinic.Visits.Asked);
    }

    [Theory, BothDialects]
    public async Task Where_scheduling_does_not_answer_nothing_is_read_and_that_is_a_503(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        clinic.Visits.Away = true;

        clinic.Act();
        var refused = await Assert.ThrowsAsync<ApiException>(() => clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("unavailable", refused.Content, StringComparison.Ordinal);
        Assert.Empty(await Reads(clinic));
        clinic.Visits.Away = false;
        Assert.NotNull((await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default)).Value);
    }
}

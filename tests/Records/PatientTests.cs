using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Records;

public sealed class PatientTests
{
    [Theory, BothDialects]
    public async Task A_patient_comes_back_as_taken_in(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();

        var patient = (await clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default)).Value!;

        Assert.Equal(("Ada", Clinic.Canary, new DateOnly(1958, 3, 9)), (patient.GivenName.Reveal, patient.FamilyName.Reveal, patient.BirthDate.Reveal));
        Assert.Equal(("+1 202-555-0117", "ada@quillfeather.invalid"), (patient.Phone?.Reveal, patient.Email?.Reveal));
        Assert.DoesNotContain(Clinic.Canary, patient.ToString(), StringComparison.Ordinal);
    }

    [Theory, BothDialects]
    public async Task Copies_of_one_request_make_one_patient(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => clinic.Records.CreatePatient(clinic.Request(), default)));

        Assert.Single(answers.Select(answer => answer.Value!.Id).Distinct());
        Assert.Equal(1, await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM patients", null, default));
    }

    [Theory, BothDialects]
    public async Task Another_request_under_a_used_key_is_refused(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        await clinic.Patient();

        Assert.Equal("idempotency-mismatch", (await clinic.Records.CreatePatient(clinic.Request(born: new DateOnly(1958, 3, 10)), default)).Refused?.Code);
    }

    [Theory]
    [InlineData("", "Lovelace", "1958-03-09", "name-missing")]
    [InlineData("Ada", "   ", "1958-03-09", "name-missing")]
    [InlineData("Ada", "Love\u0007lace", "1958-03-09", "name-missing")]
    [InlineData("Ada", "Lovelace", "2027-01-06", "birth-date-wrong")]
    [InlineData("Ada", "Lovelace", "1890-01-01", "birth-date-wrong")]
    public async Task What_cannot_be_a_patient_is_refused(string given, string family, string born, string code)
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();

        var answer = await clinic.Records.CreatePatient(clinic.Request(given: given, family: family, born: DateOnly.Parse(born)), default);

        Assert.Equal(code, answer.Refused?.Code);
    }

    [Fact]
    public async Task A_child_born_tomorrow_by_our_clock_is_today_in_Kiribati()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();

        Assert.Null((await clinic.Records.CreatePatient(clinic.Request(born: new DateOnly(2027, 1, 5)), default)).Refused);
    }

    [Theory, BothDialects]
    public async Task To_another_clinic_the_patient_does_not_exist(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();
        var other = new TenantId(NewId.Random());
        Acting.As(new Caller("web", other.ToString(), "stf_x", "clinician"));

        Assert.Equal("no-such-patient", (await clinic.Records.GetPatient(new GetPatient(other, id), default)).Refused?.Code);
        Assert.Empty((await clinic.Records.GetPatients(new GetPatients(other, [id]), default)).Value!.Patients);
        Assert.True(await NotAllowed.Is(() => clinic.Records.GetPatient(new GetPatient(clinic.Tenant, id), default)));
        Assert.True(await NotAllowed.Is(() => clinic.Records.GetPatients(new GetPatients(clinic.Tenant, [id]), default)));
        Assert.True(await NotAllowed.Is(() => clinic.Check(id, new DateOnly(1958, 3, 9), other)));
    }

    [Theory, BothDialects]
    public async Task A_list_leaves_out_who_is_unknown_and_names_each_once(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();

        var list = (await clinic.Records.GetPatients(new GetPatients(clinic.Tenant, [id, new PatientId(NewId.Random()), id]), default)).Value!;

        Assert.Equal(id, Assert.Single(list.Patients).Id);
    }

    [Fact]
    public async Task More_than_200_at_once_are_refused()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();
        var ids = Enumerable.Range(0, 201).Select(_ => new PatientId(NewId.Random())).ToList();

        Assert.Equal("too-many-ids", (await clinic.Records.GetPatients(new GetPatients(clinic.Tenant, ids), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task The_birth_date_bridge_says_only_whether_it_matches(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        var id = await clinic.Patient();

        Assert.True((await clinic.Check(id, new DateOnly(1958, 3, 9))).Value!.Matches);
        Assert.False((await clinic.Check(id, new DateOnly(1958, 9, 3))).Value!.Matches);
        var outcomes = (await clinic.Store.Audited()).Where(row => row.Action == "answer-birth-date").Select(row => row.Outcome);
        Assert.Equal(["matches", "differs"], outcomes);
    }
}

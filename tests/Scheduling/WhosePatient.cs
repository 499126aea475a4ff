using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Scheduling;

/// <summary>A visit is what makes a patient somebody's: whoever has none cannot get one by booking, and does nothing about others'.</summary>
public sealed class WhosePatient
{
    static readonly StaffId Another = new(NewId.Random());

    static async Task<IReadOnlyList<PatientId>> Own(Desk desk, StaffId staff, TenantId? tenant = null, params IReadOnlyList<PatientId> patients)
    {
        Acting.As(new Caller("records", (tenant ?? desk.Tenant).ToString(), staff.ToString(), "clinician"));
        return (await desk.SchedulingFor("records").FindOwnPatients(new FindOwnPatients(tenant ?? desk.Tenant, patients), default)).Value!.Patients;
    }

    static void ActAs(Desk desk, StaffId staff, string role = "clinician") => Acting.As(new Caller("web", desk.Tenant.ToString(), staff.ToString(), role));

    [Theory, BothDialects]
    public async Task Whoever_has_a_visit_with_a_patient_has_them_whatever_became_of_it_and_nobody_else_does(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        var unknown = new PatientId(NewId.Random());

        Assert.Equal([desk.Patient], await Own(desk, desk.Clinician, null, unknown, desk.Patient));
        Assert.Empty(await Own(desk, Another, null, desk.Patient));
        Assert.Empty(await Own(desk, desk.Clinician, new TenantId(NewId.Random()), desk.Patient));
        ActAs(desk, desk.Clinician);
        Assert.NotNull((await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Value);
        Assert.Equal([desk.Patient], await Own(desk, desk.Clinician, null, desk.Patient));
        Acting.As(new Caller("records", desk.Tenant.ToString(), Another.ToString(), "clinician"));
        Assert.Equal("too-many-ids", (await desk.SchedulingFor("records").FindOwnPatients(new FindOwnPatients(desk.Tenant, [.. Enumerable.Repeat(unknown, 201)]), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task Nobody_books_themselves_anothers_patient_and_the_desk_books_for_everybody(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        await desk.Book();

        foreach (var (role, with) in (IEnumerable<(string, StaffId)>)[("clinician", Another), ("clinician", desk.Clinician), ("front-desk", Another), ("admin", Another)])
        {
            ActAs(desk, Another, role);
            Assert.Equal("not-your-patient", (await desk.Scheduling.BookVisit(desk.Request("other") with { Clinician = with }, default)).Refused?.Code);
        }
        Assert.Empty(await Own(desk, Another, null, desk.Patient));
        Assert.Equal(4, (await desk.Store.Audited()).Count(row => row is { Action: "book-visit", Outcome: "not-your-patient" }));

        // Somebody whom nobody has seen is whoever's entered them; and the desk arranges.
        ActAs(desk, Another);
        Assert.NotNull((await desk.Scheduling.BookVisit(desk.Request("new") with { Clinician = Another, Patient = new PatientId(NewId.Random()) }, default)).Value);
        ActAs(desk, new StaffId(NewId.Random()), "front-desk");
        Assert.NotNull((await desk.Scheduling.BookVisit(desk.Request("handed over") with { Clinician = Another }, default)).Value);
        Assert.Equal([desk.Patient], await Own(desk, Another, null, desk.Patient));
    }

    [Theory, BothDialects]
    public async Task A_clinician_ends_marks_and_invites_to_no_visit_but_their_own(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();

        ActAs(desk, Another);
        Assert.Equal("not-in-this-visit", (await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Refused?.Code);
        Assert.Equal("not-in-this-visit", (await desk.Scheduling.MarkNoShow(new MarkNoShow(desk.Tenant, visit.Id), default)).Refused?.Code);
        Assert.Equal("not-in-this-visit", (await desk.Scheduling.Invite(new Invite("i1", desk.Tenant, visit.Id, VisitRole.Colleague), default)).Refused?.Code);
        desk.Act();
        Assert.Equal(VisitState.Booked, (await desk.Get(visit.Id)).State);
        Assert.Equal(["end-visit", "mark-no-show", "invite"], (await desk.Store.Audited()).Where(row => row.Outcome == "not-in-this-visit").Select(row => row.Action));

        ActAs(desk, desk.Clinician);
        Assert.NotNull((await desk.Scheduling.Invite(new Invite("i2", desk.Tenant, visit.Id, VisitRole.Colleague), default)).Value);
        Assert.NotNull((await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Value);
    }
}

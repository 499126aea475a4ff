using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Scheduling;

public sealed class BookingTests
{
    [Theory, BothDialects]
    public async Task A_visit_without_a_time_starts_now_with_its_patient_and_clinician(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();

        var visit = await desk.Get((await desk.Book()).Id);

        Assert.Equal((desk.Now, 20, VisitState.Booked), (visit.StartsAt, visit.Minutes, visit.State));
        Assert.Equal([(VisitRole.Patient, null, desk.Patient), (VisitRole.Clinician, desk.Clinician, null)],
            visit.Participants.Select(person => (person.Role, person.Staff, person.Patient)));
        Assert.Equal(["book-visit"], (await desk.Store.Audited()).Select(row => row.Action));
        Assert.Equal(["scheduling.VisitBooked"], (await desk.Store.Waiting()).Select(row => row.Type));
    }

    [Theory, BothDialects]
    public async Task Copies_of_one_booking_are_one_visit(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();

        var visits = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => desk.Book()));

        Assert.Single(visits.Select(visit => visit.Id).Distinct());
        Assert.Single(await desk.Store.Waiting());
        Assert.Equal("idempotency-mismatch", (await desk.Scheduling.BookVisit(desk.Request(minutes: 30), default)).Refused?.Code);
    }

    [Theory]
    [InlineData(-3, 20, "visit-in-the-past")]
    [InlineData(0, 4, "minutes-wrong")]
    [InlineData(0, 481, "minutes-wrong")]
    public async Task What_cannot_be_a_visit_is_refused(int minutesFromNow, int minutes, string code)
    {
        await using var desk = await Desk.Open(Dialect.Sqlite);
        desk.Act();

        var answer = await desk.Scheduling.BookVisit(desk.Request(startsAt: desk.Now + minutesFromNow * Desk.Minute, minutes: minutes), default);

        Assert.Equal(code, answer.Refused?.Code);
        Assert.Empty(await desk.Store.Waiting());
    }

    [Theory, BothDialects]
    public async Task A_span_lists_its_visits_by_start_and_the_end_is_outside(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var (nine, ten) = (desk.Now + 60 * Desk.Minute, desk.Now + 120 * Desk.Minute);
        var later = await desk.Book("b", nine + 30 * Desk.Minute);
        var first = await desk.Book("a", nine);
        await desk.Book("c", ten);

        var list = (await desk.Scheduling.ListVisits(new ListVisits(desk.Tenant, desk.Clinician, nine, ten), default)).Value!.Visits;

        Assert.Equal([first.Id, later.Id], list.Select(visit => visit.Id));
        Assert.All(list, visit => Assert.Equal(2, visit.Participants.Count));
        Assert.Empty((await desk.Scheduling.ListVisits(new ListVisits(desk.Tenant, new StaffId(NewId.Random()), nine, ten), default)).Value!.Visits);
        Assert.Equal(3, (await desk.Scheduling.ListVisits(new ListVisits(desk.Tenant, null, nine, ten + 1), default)).Value!.Visits.Count);
    }

    [Theory, BothDialects]
    public async Task A_visit_takes_six_and_no_second_patient(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        Task<Answer<Participant>> Invite(string key, VisitRole role) => desk.Scheduling.Invite(new Invite(key, desk.Tenant, visit.Id, role), default);

        Assert.Equal("role-wrong", (await Invite("p", VisitRole.Patient)).Refused?.Code);
        Assert.Equal("role-wrong", (await Invite("c", VisitRole.Clinician)).Refused?.Code);
        // Seven at once: places for four.
        var answers = await Task.WhenAll(Enumerable.Range(0, 7).Select(i => Invite($"i{i}", VisitRole.Interpreter)));

        Assert.Equal(4, answers.Count(answer => answer.Value is not null));
        Assert.All(answers.Where(answer => answer.Value is null), answer => Assert.Equal("visit-full", answer.Refused?.Code));
        Assert.Equal(6, (await desk.Get(visit.Id)).Participants.Count);
        var again = Enumerable.Range(0, 7).First(i => answers[i].Value is not null);
        Assert.Equal(answers[again].Value!.Id, (await Invite($"i{again}", VisitRole.Interpreter)).Value!.Id);
    }

    [Theory, BothDialects]
    public async Task Who_holds_a_link_sees_the_visit_it_is_into_and_no_other(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var (own, other) = (await desk.Book(), await desk.Book("k2"));
        foreach (var role in (string[])[Who.LinkHolder, Who.Patient])
        {
            Acting.As(new Caller("web", desk.Tenant.ToString(), own.Participants.Single(one => one.Role == VisitRole.Patient).Id.ToString(), role));
            Assert.Equal(own.Id, (await desk.Get(own.Id)).Id);
            Assert.Equal("no-such-visit", (await desk.Scheduling.GetVisit(new GetVisit(desk.Tenant, other.Id), default)).Refused?.Code);
        }
        Assert.True(await NotAllowed.Is(() => desk.Scheduling.ListVisits(new ListVisits(desk.Tenant, null, 0, long.MaxValue), default)));
    }

    [Theory, BothDialects]
    public async Task To_another_clinic_the_visit_does_not_exist(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        var other = new TenantId(NewId.Random());
        Acting.As(new Caller("web", other.ToString(), "stf_x", "clinician"));

        Assert.Equal("no-such-visit", (await desk.Scheduling.GetVisit(new GetVisit(other, visit.Id), default)).Refused?.Code);
        Assert.Equal("no-such-visit", (await desk.Scheduling.EndVisit(new EndVisit(other, visit.Id), default)).Refused?.Code);
        Assert.Equal("no-such-visit", (await desk.Scheduling.MarkNoShow(new MarkNoShow(other, visit.Id), default)).Refused?.Code);
        Assert.Equal("no-such-visit", (await desk.Scheduling.Invite(new Invite("x", other, visit.Id, VisitRole.Guest), default)).Refused?.Code);
        Assert.Empty((await desk.Scheduling.ListVisits(new ListVisits(other, null, 0, long.MaxValue), default)).Value!.Visits);
        foreach (var call in (Func<Task>[])[() => desk.Scheduling.GetVisit(new GetVisit(desk.Tenant, visit.Id), default), () => desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default),
            () => desk.Scheduling.MarkNoShow(new MarkNoShow(desk.Tenant, visit.Id), default), () => desk.Scheduling.Invite(new Invite("x", desk.Tenant, visit.Id, VisitRole.Guest), default),
            () => desk.Scheduling.ListVisits(new ListVisits(desk.Tenant, null, 0, long.MaxValue), default)])
            Assert.True(await NotAllowed.Is(call));
        desk.Act();
        Assert.Equal(VisitState.Booked, (await desk.Get(visit.Id)).State);
        Assert.Null(await AuditChain.FirstBreak(desk.Store.Store, default));
    }
}

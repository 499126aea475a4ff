using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Scheduling;

public sealed class LifeOfAVisit
{
    [Theory, BothDialects]
    public async Task A_started_call_starts_the_visit_and_a_clinicians_end_ends_it(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();

        await desk.CallStarted(visit, desk.Now + 5);
        var started = await desk.Get(visit.Id);
        await desk.CallEnded(visit, desk.Now + 9, CallEndReasons.ByClinician);
        var ended = await desk.Get(visit.Id);

        Assert.Equal((VisitState.Started, desk.Now + 5), (started.State, started.StartedAt));
        Assert.Equal((VisitState.Ended, desk.Now + 5, desk.Now + 9), (ended.State, ended.StartedAt, ended.EndedAt));
        Assert.Contains(await desk.Store.Waiting(), row => row.Type == "scheduling.VisitEnded" && row.Body.Contains("\"ended\"", StringComparison.Ordinal));
    }

    [Theory, BothDialects]
    public async Task A_call_that_ended_by_itself_leaves_the_visit_open_and_its_reason_kept(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        await desk.CallStarted(visit, desk.Now);

        await desk.CallEnded(visit, desk.Now + 9, "everyone-left");

        Assert.Equal(VisitState.Started, (await desk.Get(visit.Id)).State);
        Assert.Equal("everyone-left", await desk.Store.Store.ReadOne<string>("SELECT call_end_reason FROM visits", null, default));
        Assert.DoesNotContain(await desk.Store.Waiting(), row => row.Type == "scheduling.VisitEnded");
    }

    [Theory, BothDialects]
    public async Task A_report_delivered_twice_counts_once(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();
        var (started, ended) = (NewId.Random(), NewId.Random());

        for (var i = 0; i < 2; i++) await desk.CallStarted(visit, desk.Now + i, started);
        for (var i = 0; i < 2; i++) await desk.CallEnded(visit, desk.Now + 9, CallEndReasons.ByClinician, ended);

        Assert.Single(await desk.Store.Audited(), row => row.Action == "call-started");
        Assert.Single(await desk.Store.Waiting(), row => row.Type == "scheduling.VisitEnded");
    }

    [Theory, BothDialects]
    public async Task A_report_about_another_call_or_an_unknown_visit_changes_nothing(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();

        await desk.Deliver(EventTypes.CallStarted, new CallStarted(new CallId(NewId.Random()), visit.Id, desk.Now));
        await desk.Deliver(EventTypes.CallStarted, new CallStarted(visit.Call, new VisitId(NewId.Random()), desk.Now));

        Assert.Equal(VisitState.Booked, (await desk.Get(visit.Id)).State);
    }

    [Theory, BothDialects]
    public async Task Ending_twice_is_no_error_and_is_told_once(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();

        var first = (await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Value!;
        desk.Store.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = (await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Value!;

        Assert.Equal((VisitState.Ended, first.EndedAt), (second.State, second.EndedAt));
        Assert.Single(await desk.Store.Waiting(), row => row.Type == "scheduling.VisitEnded");
        Assert.Equal("visit-over", (await desk.Scheduling.Invite(new Invite("k", desk.Tenant, visit.Id, VisitRole.Guest), default)).Refused?.Code);
        Assert.Equal("visit-over", (await desk.Scheduling.MarkNoShow(new MarkNoShow(desk.Tenant, visit.Id), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_no_show_is_marked_from_the_planned_start_on(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book(startsAt: desk.Now + 10 * Desk.Minute);
        var started = await desk.Book("k2");
        await desk.CallStarted(started, desk.Now);
        Task<Answer<Visit>> Mark(Visit which) => desk.Scheduling.MarkNoShow(new MarkNoShow(desk.Tenant, which.Id), default);

        Assert.Equal("visit-not-due", (await Mark(visit)).Refused?.Code);
        Assert.Equal("visit-started", (await Mark(started)).Refused?.Code);
        desk.Store.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(VisitState.NoShow, (await Mark(visit)).Value!.State);
        Assert.Equal("visit-over", (await desk.Scheduling.EndVisit(new EndVisit(desk.Tenant, visit.Id), default)).Refused?.Code);
    }

    [Theory, BothDialects]
    public async Task A_visit_that_never_started_becomes_a_no_show_by_itself_15_minutes_after_its_end(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var (forgotten, begun) = (await desk.Book("a"), await desk.Book("b"));
        await desk.CallStarted(begun, desk.Now);

        desk.Store.Clock.Advance(TimeSpan.FromMinutes(35) - TimeSpan.FromMicroseconds(1));
        await desk.NoShows.MarkOverdue(default);
        Assert.Equal(VisitState.Booked, (await desk.Get(forgotten.Id)).State);
        desk.Store.Clock.Advance(TimeSpan.FromMicroseconds(1));
        await desk.NoShows.MarkOverdue(default);

        // The host's own job was woken by the clock too; where it holds the row, ours passes over it and it is the one that marks.
        for (var turn = 0; turn < 1_000 && (await desk.Get(forgotten.Id)).State == VisitState.Booked; turn++) await Task.Delay(10);
        Assert.Equal(VisitState.NoShow, (await desk.Get(forgotten.Id)).State);
        Assert.Equal(VisitState.Started, (await desk.Get(begun.Id)).State);
        var told = Assert.Single(await desk.Store.Waiting(), row => row.Type == "scheduling.VisitEnded");
        Assert.Equal((desk.Tenant.ToString(), true), (told.Tenant, told.Body.Contains("no-show", StringComparison.Ordinal)));
    }

    [Theory, BothDialects]
    public async Task The_job_itself_looks_every_half_minute(Dialect dialect)
    {
        await using var desk = await Desk.Open(dialect);
        desk.Act();
        var visit = await desk.Book();

        var state = VisitState.Booked;
        // Generous: the job runs by itself and the machine may be busy. The clock is a fake one, so each turn is half a minute.
        for (var turn = 0; turn < 400 && state == VisitState.Booked; turn++)
        {
            desk.Store.Clock.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(10);
            state = (await desk.Get(visit.Id)).State;
        }

        Assert.Equal(VisitState.NoShow, state);
    }
}

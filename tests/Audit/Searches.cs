using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Audit;

/// <summary>What a question to the log finds, to the edge of each of its bounds, and what is written of the asking.</summary>
public sealed class Searches
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly SearchLog All = new(Ledger.Tenant, null, null, null, null, null, null, 200);
    static readonly PatientId Another = PatientId.Parse("pat_000000000000000000000000000000c3", null);

    static Task<Answer<LogPage>> Search(Ledger ledger, SearchLog search, string role = "admin") => ledger.As(role, audit => audit.Search(search, Never));

    static async Task<List<long>> Found(Ledger ledger, SearchLog search) => [.. (await Search(ledger, search)).Value!.Events.Select(one => one.Seq)];

    // Six events, a second apart, of two actors, two actions and two patients.
    static async Task<Ledger> Opened(Dialect dialect = Dialect.Sqlite)
    {
        var ledger = await Ledger.Open(dialect);
        foreach (var (action, patient, actor) in ((string, PatientId, string)[])
            [("read-patient", Ledger.Patient, "stf_1"), ("read-patient", Another, "stf_1"), ("write-note", Ledger.Patient, "stf_1"), ("read-patient", Ledger.Patient, "stf_2"),
            ("write-note", Another, "stf_2"), ("read-patient", Ledger.Patient, "stf_1")])
        {
            await ledger.Access(1, action, patient.ToString(), actor);
            while (await ledger.Relay().Deliver(Never) > 0) { }
            ledger.Log.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        return ledger;
    }

    [Theory, BothDialects]
    public async Task Each_part_of_a_question_narrows_what_is_found(Dialect dialect)
    {
        await using var ledger = await Opened(dialect);
        long At(int second) => Instant.Microseconds(TestStore.Start.UtcDateTime.AddSeconds(second));
        Assert.Equal([5, 4, 3, 2, 1, 0], await Found(ledger, All));
        Assert.Equal([5, 3, 2, 0], await Found(ledger, All with { Patient = Ledger.Patient }));
        Assert.Equal([4, 3], await Found(ledger, All with { Actor = "stf_2" }));
        Assert.Equal([4, 2], await Found(ledger, All with { Action = "write-note" }));
        Assert.Equal([2], await Found(ledger, All with { Patient = Ledger.Patient, Actor = "stf_1", Action = "write-note" }));
        Assert.Equal([1], await Found(ledger, All with { Patient = Another, Actor = "stf_1" }));
        Assert.Empty(await Found(ledger, All with { Patient = Another, Actor = "stf_3" }));
        Assert.Equal([5, 4, 3, 2], await Found(ledger, All with { From = At(2) })); // from a moment on, up to before another
        Assert.Equal([1, 0], await Found(ledger, All with { Until = At(2) }));
        Assert.Equal([2], await Found(ledger, All with { From = At(2), Until = At(3) }));
        Assert.Equal([3], await Found(ledger, All with { Patient = Ledger.Patient, From = At(3), Until = At(5) }));
    }

    [Fact]
    public async Task Pages_follow_each_other_without_a_gap_also_where_events_are_of_one_moment()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Fill(7);
        foreach (var search in (SearchLog[])[All with { Most = 3 }, All with { Most = 3, Patient = Ledger.Patient }, All with { Most = 3, Actor = "stf_1" }])
        {
            var (seen, before, pages) = (new List<long>(), (string?)null, 0);
            do
            {
                var page = (await Search(ledger, search with { Before = before })).Value!;
                seen.AddRange(page.Events.Select(one => one.Seq));
                (before, pages) = (page.Next, pages + 1);
            }
            while (before is not null);
            Assert.Equal(3, pages);
            Assert.Equal([6, 5, 4, 3, 2, 1, 0], seen);
        }
        Assert.Null((await Search(ledger, All with { Most = 7 })).Value!.Next); // a full page is not yet one with another behind it
        Assert.Equal("6", (await Search(ledger, All with { Most = 1 })).Value!.Next!.Split('.')[1]);
    }

    [Fact]
    public async Task What_is_no_question_is_refused_and_nothing_is_read()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Fill(1);
        foreach (var (most, before) in ((int, string?)[])
            [(0, null), (-1, null), (201, null), (10, ""), (10, "7"), (10, "7."), (10, ".7"), (10, "7.8.9"), (10, "-7.8"), (10, "7.-8"), (10, "x.8"), (10, "7.99999999999999999999")])
            Assert.Equal((before, "query-wrong"), (before, (await Search(ledger, All with { Most = most, Before = before })).Refused?.Code));
        Assert.Empty(await Rows(ledger));
    }

    static Task<List<(string Action, string Subject, string Outcome, string? Patient)>> Rows(Ledger ledger) => ledger.Log.Store.ReadList<(string, string, string, string?)>(
        "SELECT action, subject, outcome, patient FROM audit_outbox WHERE action IN ('search-log', 'read-log-event', 'report-disclosures') ORDER BY counter", null, Never);

    [Fact]
    public async Task What_was_asked_and_whether_there_was_something_is_in_the_log()
    {
        const string role = "auditor";
        await using var ledger = await Opened();
        await ledger.Round();
        await Search(ledger, All, role);
        await Search(ledger, All with { Actor = "stf_1" }, role);
        await Search(ledger, All with { Actor = "stf_1", Patient = Ledger.Patient }, role);
        await Search(ledger, All with { Action = "nothing-such" }, role);
        await ledger.As(role, audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 1), Never));
        await ledger.As(role, audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 6), Never));
        await ledger.As(role, audit => audit.ReportDisclosures(new ReportDisclosures(Ledger.Tenant, Another), Never));
        var (patient, another) = (Ledger.Patient.ToString(), Another.ToString());
        Assert.Equal(
        [
            ("search-log", "all", "ok", null), ("search-log", "stf_1", "ok", null), ("search-log", patient, "ok", patient), ("search-log", "all", "nothing", null),
            ("read-log-event", "1", "ok", another), ("read-log-event", "6", "no-such-event", null), ("report-disclosures", another, "ok", another),
        ], await Rows(ledger));
    }

    [Fact]
    public async Task An_event_is_shown_as_it_was_written_and_of_ones_own_clinic_alone()
    {
        await using var ledger = await Opened();
        await ledger.Records.Store.Commit(new Caller("records", "ten_000000000000000000000000000000a9", "stf_7", "clinician"), transaction =>
        {
            transaction.Audit("read-patient", "row", "refused", purpose: "BTG/1");
            return Task.FromResult(0);
        }, Never);
        while (await ledger.Relay().Deliver(Never) > 0) { }
        await ledger.Round();
        var shown = (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 4), Never))).Value!;
        var at = Instant.Microseconds(TestStore.Start.UtcDateTime.AddSeconds(4));
        Assert.Equal(new LogEvent(4, at, at, "records", "write-note", true, "stf_2", "clinician", "row_0", "ok", Another.ToString(), null, null), shown.Event);
        Assert.Equal((7, true), (shown.Size, shown.Witnessed));

        Assert.Equal("no-such-event", (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 6), Never))).Refused?.Code); // another clinic's
        Assert.Equal([5, 4, 3, 2, 1, 0], await Found(ledger, All));
        var other = TenantId.Parse("ten_000000000000000000000000000000a9", null);
        Acting.As(new Caller("web", other.ToString(), "stf_8", "admin"));
        var theirs = Assert.Single((await ledger.Audit.Search(All with { Tenant = other }, Never)).Value!.Events);
        Assert.Equal((6, "stf_7", "refused", null, "BTG/1"), (theirs.Seq, theirs.Actor, theirs.Outcome, theirs.Patient, theirs.Purpose));
    }

    [Fact]
    public async Task An_event_is_proven_as_soon_as_a_checkpoint_is_beyond_it()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Part<LogRounds>().StopAsync(Never);
        await ledger.Fill(2);
        await ledger.Part<Checkpoints>().SignNewest(Never); // no witness has signed it yet
        await ledger.Fill(1);
        Assert.False((await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 1), Never))).Value!.Witnessed);
        Assert.Equal("not-yet-proven", (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 2), Never))).Refused?.Code);
    }

    [Fact]
    public async Task A_report_is_of_six_years_and_the_last_to_look_come_first()
    {
        await using var ledger = await Opened();
        ledger.Log.Clock.AdjustTime(TestStore.Start.AddYears(6).AddSeconds(2)); // six years after the third event
        var report = (await ledger.As("admin", audit => audit.ReportDisclosures(new ReportDisclosures(Ledger.Tenant, Ledger.Patient), Never))).Value!;
        long At(int second) => Instant.Microseconds(TestStore.Start.UtcDateTime.AddSeconds(second));
        Assert.Equal((At(2), Instant.Microseconds(TestStore.Start.UtcDateTime.AddYears(6).AddSeconds(2))), (report.From, report.Until));
        Assert.Equal(
            [new Disclosure("stf_1", "clinician", "records", "read-patient", At(5), At(5), 1), new Disclosure("stf_2", "clinician", "records", "read-patient", At(3), At(3), 1),
                new Disclosure("stf_1", "clinician", "records", "write-note", At(2), At(2), 1)], report.Disclosures);
        var other = (await ledger.As("admin", audit => audit.ReportDisclosures(new ReportDisclosures(Ledger.Tenant, Another), Never))).Value!;
        Assert.Equal([("stf_2", 1)], other.Disclosures.Select(one => (one.Actor, one.Count)));
    }
}

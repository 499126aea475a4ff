using FirstRing.Audit.Log;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Audit;

public sealed class Sequencing
{
    static readonly CancellationToken Never = CancellationToken.None;

    static async Task<List<LogEntry>> Entries(Ledger ledger) => await ledger.Part<LogStore>().Entries(0, long.MaxValue, 100_000, Never);

    static async Task IsWhole(Ledger ledger, int size)
    {
        var (entries, head) = (await Entries(ledger), await ledger.Head());
        Assert.Equal(Enumerable.Range(0, size).Select(number => (long)number), entries.Select(entry => entry.Seq));
        Assert.Equal(Enumerable.Range(1, size).Select(number => (long)number), entries.Select(entry => entry.Counter));
        Assert.Equal(size, head.Size);
        var tiles = new Tiles((_, _) => Task.FromResult<byte[]?>(null));
        await tiles.Append(0, [.. entries.Select(entry => Rfc6962.Leaf(entry.Line()))]);
        Assert.Equal(await tiles.Root(size), head.Root);
    }

    [Theory, BothDialects]
    public async Task Rows_come_into_the_log_in_order_and_once(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(700);
        await IsWhole(ledger, 700);

        // Another relay that knows nothing, and one that brings old and new rows together.
        Assert.Equal(0, await ledger.Relay().Deliver(Never));
        await ledger.Access(3);
        var all = await AuditChain.After(ledger.Records.Store, 690, 100, Never);
        var previous = (await AuditChain.MacAt(ledger.Records.Store, 690, Never))!;
        var batch = new AuditBatch("records", 691, previous, [.. all.Select(row => new AuditBatchRow(row.Entry, row.Mac))]);
        Assert.Equal(new AuditTaken(703), await ledger.Sequencer.Append(batch, Never));
        Assert.Equal(new AuditTaken(703), await ledger.Sequencer.Append(batch, Never));
        await IsWhole(ledger, 703);
    }

    [Theory, BothDialects]
    public async Task A_gap_or_rows_that_do_not_follow_are_refused(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(10);
        await ledger.Access(5);
        var rows = await AuditChain.After(ledger.Records.Store, 11, 100, Never);
        var batch = new AuditBatch("records", 12, (await AuditChain.MacAt(ledger.Records.Store, 11, Never))!, [.. rows.Select(row => new AuditBatchRow(row.Entry, row.Mac))]);
        Assert.Equal(new AuditTaken(10, "gap"), await ledger.Sequencer.Append(batch, Never));
        Assert.Equal(new AuditTaken(10, "break"), await ledger.Sequencer.Append(batch with { From = 11 }, Never));
        await IsWhole(ledger, 10);
    }

    [Theory, BothDialects]
    public async Task A_row_that_was_altered_does_not_leave_its_store_and_the_store_falls_behind(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Access(5);
        await ledger.Sql(ledger.Records, "UPDATE audit_outbox SET outcome = 'no' WHERE counter = 3");
        var relay = ledger.Relay();
        Assert.Equal(2, await relay.Deliver(Never));
        Assert.Equal(0, await relay.Deliver(Never));
        await IsWhole(ledger, 2);
        ledger.Log.Clock.Advance(AuditLag.Bound + TimeSpan.FromSeconds(1));
        Assert.True(ledger.Records.Store.Lag.IsBehind);
    }

    [Theory, BothDialects]
    public async Task A_store_put_back_to_an_older_state_is_noticed(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(5);
        await ledger.Sql(ledger.Records, "DELETE FROM audit_outbox WHERE counter > 3");
        Assert.Equal(0, await ledger.Relay().Deliver(Never));
        ledger.Log.Clock.Advance(AuditLag.Bound + TimeSpan.FromSeconds(1));
        Assert.True(ledger.Records.Store.Lag.IsBehind);
    }

    // T8
    [Theory, BothDialects]
    public async Task Of_two_sequencers_the_one_whose_lease_is_over_cannot_write(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(10);
        await ledger.Access(10);
        using var second = new Sequencer(ledger.Part<LogStore>(), new LogTrust(), NullLogger<Sequencer>.Instance);
        var batch = await Batch(ledger, 10, 5);
        Assert.Equal("not-now", (await second.Append(batch, Never)).Refused); // the first still holds it

        // The first was away, stopped in the middle of what it did; the second takes over; then the first goes on, as it thinks.
        using var first = new Sequencer(ledger.Part<LogStore>(), new LogTrust(), NullLogger<Sequencer>.Instance);
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Null((await first.Append(batch, Never)).Refused);
        await ledger.Sql(ledger.Log, "UPDATE log_head SET held_until = 0"); // its lease runs out before its own clock says so
        Assert.Null((await second.Append(await Batch(ledger, 15, 2), Never)).Refused);
        Assert.Equal("not-now", (await first.Append(await Batch(ledger, 17, 2), Never)).Refused);
        await IsWhole(ledger, 17);
    }

    static async Task<AuditBatch> Batch(Ledger ledger, long after, int count) => new("records", after + 1, (await AuditChain.MacAt(ledger.Records.Store, after, Never))!,
        [.. (await AuditChain.After(ledger.Records.Store, after, count, Never)).Select(row => new AuditBatchRow(row.Entry, row.Mac))]);

    // T8
    [Theory, BothDialects]
    public async Task Two_sequencers_that_race_leave_one_log(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        using var second = new Sequencer(ledger.Part<LogStore>(), new LogTrust(), NullLogger<Sequencer>.Instance);
        await ledger.Access(120);
        var relays = new[] { ledger.Relay(), ledger.Relay(carry: second.Append) };
        for (var round = 0; round < 12; round++)
        {
            await Task.WhenAll(relays.Select(relay => Task.Run(() => relay.Deliver(Never))));
            if (round % 3 == 0) ledger.Log.Clock.Advance(TimeSpan.FromSeconds(11));
            await ledger.Access(20);
        }
        while (await relays[0].Deliver(Never) + await relays[1].Deliver(Never) > 0) { }
        await IsWhole(ledger, 360);
    }

    // T5
    [Theory, BothDialects]
    public async Task A_clock_that_steps_breaks_no_order_and_is_flagged(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        var moved = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TestStore.Start);
        await using var records = await TestStore.Open(Dialect.Sqlite, new TestStoreOptions("records", Clock: moved));
        var relay = ledger.Relay(records);
        async Task Row(TimeSpan step)
        {
            moved.AdjustTime(moved.GetUtcNow() + step);
            await records.Store.Commit(new("records", Ledger.Tenant.ToString(), "stf_1", "clinician"), transaction =>
            {
                transaction.Audit("read-patient", "row", patient: Ledger.Patient.ToString());
                return Task.FromResult(0);
            }, Never);
            Assert.Equal(1, await relay.Deliver(Never));
        }
        await Row(TimeSpan.Zero);
        await Row(TimeSpan.FromSeconds(1));
        await Row(-TimeSpan.FromHours(1));
        await Row(TimeSpan.FromDays(1));
        await Row(-TimeSpan.FromHours(23));
        await IsWhole(ledger, 5);
        var entries = await Entries(ledger);
        Assert.Equal([false, false, true, true, true], entries.Select(entry => entry.Skew is not null));
        Assert.Equal(entries.Select(entry => entry.Taken).Order(), entries.Select(entry => entry.Taken));
    }

    // T13
    [Theory, BothDialects]
    public async Task A_reading_of_the_log_is_in_the_log_once_and_brings_no_other(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(20);
        await ledger.Round();
        var page = (await ledger.As("auditor", audit => audit.Search(new SearchLog(Ledger.Tenant, Ledger.Patient, null, null, null, null, null, 15), Never))).Value!;
        Assert.Equal(15, page.Events.Count);
        Assert.All(page.Events, one => Assert.Equal(("stf_1", "clinician", "read-patient", Ledger.Patient.ToString()), (one.Actor, one.Role, one.Action, one.Patient)));
        var rest = (await ledger.As("admin", audit => audit.Search(new SearchLog(Ledger.Tenant, Ledger.Patient, null, null, null, null, page.Next, 15), Never))).Value!;
        Assert.Equal(Enumerable.Range(0, 20).Reverse().Select(number => (long)number), page.Events.Concat(rest.Events).Select(one => one.Seq));
        Assert.Null(rest.Next);

        var own = ledger.Relay(ledger.Log);
        var before = (await ledger.Head()).Size;
        while (await own.Deliver(Never) > 0) await ledger.Round();
        Assert.Equal(0, await own.Deliver(Never));
        var read = (await Entries(ledger)).Where(entry => entry.Seq >= before && entry.Action == "search-log").ToList();
        Assert.Equal(2, read.Count);
        var found = (await ledger.As("admin", audit => audit.Search(new SearchLog(Ledger.Tenant, Ledger.Patient, "stf_9", null, null, null, null, 15), Never))).Value!;
        Assert.Equal(["search-log", "search-log"], found.Events.Select(one => one.Action));
    }

    [Theory, BothDialects]
    public async Task Only_admins_and_auditors_of_the_tenant_read_its_log(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(3);
        await ledger.Round();
        var search = new SearchLog(Ledger.Tenant, null, null, null, null, null, null, 10);
        foreach (var role in (string[])["clinician", "front-desk", "patient", "service", "operator"])
        {
            Assert.True(await NotAllowed.Is(() => ledger.As(role, audit => audit.Search(search, Never))));
            Assert.True(await NotAllowed.Is(() => ledger.As(role, audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 0), Never))));
            Assert.True(await NotAllowed.Is(() => ledger.As(role, audit => audit.ReportDisclosures(new ReportDisclosures(Ledger.Tenant, Ledger.Patient), Never))));
        }
        var other = new Contracts.TenantId(Guid.Parse("00000000-0000-0000-0000-0000000000a7"));
        Assert.True(await NotAllowed.Is(() => ledger.As("admin", audit => audit.Search(search with { Tenant = other }, Never))));
    }

    [Theory, BothDialects]
    public async Task An_event_comes_with_a_proof_that_holds(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(300);
        Assert.Equal("not-yet-proven", (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 7), Never))).Refused?.Code);
        await ledger.Round();
        var proven = (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 7), Never))).Value!;
        var checkpoint = Checkpoint.Parse(SignedNote.Parse(proven.Checkpoint)!)!;
        Assert.Equal(300, checkpoint.Size);
        Assert.True(proven.Witnessed);
        Assert.True(Rfc6962.Includes(7, proven.Size, Rfc6962.Leaf(proven.Line), proven.Proof, checkpoint.Root));
        Assert.True(proven.Proof.Sum(hash => hash.Length) <= 1024);
        Assert.Equal("no-such-event", (await ledger.As("admin", audit => audit.GetEvent(new GetEvent(Ledger.Tenant, 9_999), Never))).Refused?.Code);
    }

    // On SQLite the widest index, that of the tenant, is as good as the right one to a planner that has never seen the log grow.
    [Theory, InlineData("patient", null, "log_entries_patient"), InlineData(null, "actor", "log_entries_actor"), InlineData(null, null, "log_entries_tenant")]
    public async Task Each_question_is_answered_from_its_own_index(string? patient, string? actor, string index)
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        var query = new LogQuery("ten_1", patient, actor, null, 0, long.MaxValue, long.MaxValue, long.MaxValue, 100);
        var plan = await ledger.Log.Store.ReadList<PlanStep>($"EXPLAIN QUERY PLAN {LogStore.Finding(query)}", query, Never);
        Assert.Contains($"USING INDEX {index} ", Assert.Single(plan).Detail, StringComparison.Ordinal);
    }

    sealed class PlanStep
    {
        public string Detail { get; init; } = "";
    }

    [Theory, BothDialects]
    public async Task A_patient_is_told_who_looked(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Access(3);
        await ledger.Access(2, action: "check-birth-date", actor: "par_7");
        await ledger.Access(9, patient: "pat_000000000000000000000000000000c3");
        while (await ledger.Relay().Deliver(Never) > 0) { }
        var report = (await ledger.As("admin", audit => audit.ReportDisclosures(new ReportDisclosures(Ledger.Tenant, Ledger.Patient), Never))).Value!;
        Assert.Equal([("par_7", "check-birth-date", 2), ("stf_1", "read-patient", 3)], report.Disclosures.Select(one => (one.Actor, one.Action, one.Count)).Order());
    }

    [Theory, BothDialects]
    public async Task What_identifies_lies_in_the_log_under_tags_and_seals_alone(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(3);
        Assert.True(await ledger.Log.Holds(Ledger.Tenant.ToString()));
        foreach (var text in (string[])[Ledger.Patient.ToString(), "stf_1", "row_0"]) Assert.False(await ledger.Log.Holds(text), text);
    }
}

using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Audit;

/// <summary>What a row of the chain binds, and that nothing happens where none can be written.</summary>
public sealed class ChainRows
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task Whom_and_why_are_bound_also_where_one_of_them_is_missing(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Write(test.Store, null, null);
        await Write(test.Store, "pat_1", null);
        await Write(test.Store, null, "BTG/1");
        await Write(test.Store, "pat_1", "BTG/1");
        Assert.Equal([(null, null), ("pat_1", null), (null, "BTG/1"), ("pat_1", "BTG/1")], (await AuditChain.After(test.Store, 0, 10, Never)).Select(row => (row.Entry.Patient, row.Entry.Purpose)));
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
        foreach (var (counter, change) in ((int, string)[])
            [(1, "patient = ''"), (1, "purpose = ''"), (2, "patient = NULL"), (2, "patient = NULL, purpose = patient"), (2, "purpose = ''"), (3, "purpose = NULL"), (3, "purpose = 'BTG/2'"), (4, "purpose = 'BTG/2'"), (4, "patient = 'pat_2'"), (3, "patient = ''"),
            (3, "patient = purpose, purpose = NULL"), (4, "patient = NULL"), (4, "purpose = NULL"), (4, "patient = purpose, purpose = patient"), (4, "patient = patient || purpose, purpose = ''")])
        {
            var (patient, purpose) = (counter is 2 or 4 ? "'pat_1'" : "NULL", counter is 3 or 4 ? "'BTG/1'" : "NULL");
            await Sql(test.Store, $"UPDATE audit_outbox SET {change} WHERE counter = {counter}");
            Assert.Equal((change, counter), (change, await AuditChain.FirstBreak(test.Store, Never)));
            await Sql(test.Store, $"UPDATE audit_outbox SET patient = {patient}, purpose = {purpose} WHERE counter = {counter}");
        }
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
    }

    [Fact]
    public async Task A_rows_MAC_is_over_what_is_said_of_it_so_that_old_chains_stay_whole()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        foreach (var (patient, purpose) in ((string?, string?)[])[(null, null), ("pat_1", null), (null, "BTG/1"), ("pat_1", "BTG/1")]) await Write(test.Store, patient, purpose);
        var previous = AuditChain.Genesis;
        foreach (var row in await AuditChain.After(test.Store, 0, 10, Never))
        {
            // By its own length, each text; and where there is a purpose, first an empty text and whether there is a patient.
            using var content = new MemoryStream();
            void Text(string text) => content.Write([(byte)text.Length, .. System.Text.Encoding.UTF8.GetBytes(text)]);
            content.Write([.. previous, .. BitConverter.GetBytes(row.Counter), .. BitConverter.GetBytes(row.Entry.At)]);
            foreach (var text in (string[])["ten_1", "sample", "stf_1", "clinician", "sample.read", "row", "ok"]) Text(text);
            if (row.Entry.Purpose is not null) content.Write([0, (byte)(row.Entry.Patient is null ? 0 : 1)]);
            if (row.Entry.Patient is not null) Text("pat_1");
            if (row.Entry.Purpose is not null) Text("BTG/1");
            Assert.Equal(test.Store.Keys.Mac(content.ToArray()), row.Mac);
            previous = row.Mac;
        }
    }

    [Fact]
    public async Task What_stands_in_one_column_cannot_be_moved_into_its_neighbour()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store, "pat_1", "BTG/1");
        string[] columns = ["tenant", "service", "actor", "role", "action", "subject", "outcome", "patient", "purpose"];
        foreach (var (one, next) in columns.Zip(columns.Skip(1)))
        {
            await Sql(test.Store, "CREATE TABLE kept AS SELECT * FROM audit_outbox");
            await Sql(test.Store, $"UPDATE audit_outbox SET {one} = {one} || substr({next}, 1, 1), {next} = substr({next}, 2)");
            Assert.Equal((one, 1), (one, await AuditChain.FirstBreak(test.Store, Never)));
            await Sql(test.Store, "DELETE FROM audit_outbox");
            await Sql(test.Store, "INSERT INTO audit_outbox SELECT * FROM kept");
            await Sql(test.Store, "DROP TABLE kept");
        }
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
    }

    [Theory, BothDialects]
    public async Task Where_no_row_can_be_written_nothing_happens_and_it_is_said_to_be_the_records_fault(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Write(test.Store, null, null);
        await Sql(test.Store, "ALTER TABLE audit_outbox RENAME TO away");
        Assert.IsAssignableFrom<System.Data.Common.DbException>((await Assert.ThrowsAsync<AuditBehindException>(() => Insert(test.Store))).InnerException);
        await Sql(test.Store, "ALTER TABLE away RENAME TO audit_outbox");
        await Sql(test.Store, "DELETE FROM audit_head");
        await Assert.ThrowsAsync<AuditBehindException>(() => Insert(test.Store));
        Assert.Equal(0, await test.Store.Count("sample"));
    }

    [Theory]
    [InlineData("UPDATE audit_head SET counter = counter + 1")]
    [InlineData("UPDATE audit_head SET mac = zeroblob(32)")]
    [InlineData("UPDATE audit_head SET seal = zeroblob(32)")]
    [InlineData("UPDATE audit_head SET seal = mac")]
    public async Task A_head_that_was_altered_is_found_and_not_built_upon(string change)
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store, null, null);
        await Sql(test.Store, change);
        await Assert.ThrowsAsync<AuditBehindException>(() => Insert(test.Store));
        Assert.NotNull(await AuditChain.FirstBreak(test.Store, Never));
        Assert.Equal(0, await test.Store.Count("sample"));
    }

    [Fact]
    public async Task Rows_are_read_after_a_counter_in_order_and_no_more_than_asked_for()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        for (var row = 0; row < 5; row++) await Write(test.Store, null, null);
        Assert.Equal([3L, 4L], (await AuditChain.After(test.Store, 2, 2, Never)).Select(row => row.Counter));
        Assert.Equal(AuditChain.Genesis, await AuditChain.MacAt(test.Store, 0, Never));
        Assert.Equal((await AuditChain.After(test.Store, 2, 1, Never))[0].Mac, await AuditChain.MacAt(test.Store, 3, Never));
        Assert.Null(await AuditChain.MacAt(test.Store, 6, Never));
    }

    [Fact]
    public async Task Of_rows_as_many_are_sound_as_follow_each_other_from_where_they_should()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        for (var row = 0; row < 5; row++) await Write(test.Store, null, null);
        var rows = await AuditChain.After(test.Store, 1, 10, Never);
        var previous = (await AuditChain.MacAt(test.Store, 1, Never))!;
        int Sound(IReadOnlyList<ChainedEntry> some, long counter = 1, byte[]? after = null) => AuditChain.CountSound(test.Store, counter, after ?? previous, some);
        Assert.Equal(4, Sound(rows));
        Assert.Equal(0, Sound([]));
        Assert.Equal(0, Sound(rows, counter: 0));
        Assert.Equal(0, Sound(rows, after: AuditChain.Genesis));
        Assert.Equal(1, Sound([rows[0], rows[2], rows[3]])); // a gap
        Assert.Equal(2, Sound([rows[0], rows[1], rows[2] with { Entry = rows[2].Entry with { Outcome = "no" } }, rows[3]]));
        Assert.Equal(3, Sound([rows[0], rows[1], rows[2], rows[3] with { Mac = rows[2].Mac }]));
    }

    static Task<int> Insert(Store store) => store.Commit(Sample.Clinic, transaction =>
    {
        transaction.Audit("sample.write", "row");
        return transaction.Insert("row");
    }, Never);

    static Task Write(Store store, string? patient, string? purpose) => store.Commit(Sample.Clinic, transaction =>
    {
        transaction.Audit("sample.read", "row", patient: patient, purpose: purpose);
        return Task.FromResult(0);
    }, Never);

    static Task<int> Sql(Store store, string statement) => store.RunUnkeyed(transaction => transaction.Execute(statement));
}

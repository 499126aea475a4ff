using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

public sealed class Atomicity
{
    static readonly CancellationToken Never = CancellationToken.None;

    [Theory, BothDialects]
    public async Task Row_outbox_audit_and_sealing_commit_together(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, Everything, Never);

        await test.Reopen();

        Assert.Equal(1, await test.Store.Count("sample"));
        Assert.Equal(2, await test.Store.Count("outbox"));
        Assert.Equal(1, await test.Store.Count("audit_outbox"));
        Assert.Equal(Sample.Secret, await test.Store.Commit(Sample.Clinic, async transaction =>
            transaction.Open("ten_1", "sample.content", "a", (await transaction.One<byte[]>("SELECT content FROM sample WHERE id = 'a'"))!), Never));
    }

    [Theory, BothDialects]
    public async Task A_throw_after_the_last_line_leaves_nothing_behind(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Assert.ThrowsAsync<InvalidDataException>(() => test.Store.Commit<int>(Sample.Clinic, async transaction =>
        {
            await Everything(transaction);
            throw new InvalidDataException();
        }, Never));

        await Nothing(test.Store);
    }

    [Theory, BothDialects]
    public async Task An_audit_row_that_cannot_be_written_takes_the_row_with_it(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, transaction => transaction.Execute("DELETE FROM audit_head"), Never);

        await Assert.ThrowsAsync<FirstRing.Platform.Audit.AuditBehindException>(() => test.Store.Commit(Sample.Clinic, Everything, Never));

        await Nothing(test.Store);
    }

    [Theory, BothDialects]
    public async Task A_commit_that_the_store_refuses_is_not_acknowledged(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.Store.Commit(Sample.Clinic, async transaction =>
        {
            await Everything(transaction);
            return await transaction.Execute("INSERT INTO child (parent) VALUES (99)"); // no such parent: found out at COMMIT
        }, Never));

        await Nothing(test.Store);
        await test.Store.Commit(Sample.Clinic, Everything, Never);
        Assert.Equal(1, await test.Store.Count("sample"));
    }

    [Theory, BothDialects]
    public async Task A_caller_that_has_gone_gets_nothing_written(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, transaction => Task.FromResult(0), Never);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Store.Commit(Sample.Clinic, Everything, new CancellationToken(canceled: true)));

        await Nothing(test.Store);
    }

    [Theory, BothDialects]
    public async Task A_transaction_kept_beyond_its_commit_does_nothing_more(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        Transaction? kept = null;
        await test.Store.Commit(Sample.Clinic, transaction => Task.FromResult((kept = transaction) is not null), Never);

        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.Insert("late"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => kept!.One<long>("SELECT COUNT(*) FROM sample"));
    }

    [Theory, BothDialects]
    public async Task A_key_whose_commit_failed_seals_nothing(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(new("sample", "ten_0"), transaction => transaction.Execute(dialect == Dialect.Sqlite
            ? "CREATE TRIGGER spoil AFTER INSERT ON sealing_keys BEGIN INSERT INTO child (parent) VALUES (99); END"
            : """
              CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO child (parent) VALUES (99); RETURN NEW; END $$;
              CREATE TRIGGER spoil AFTER INSERT ON sealing_keys FOR EACH ROW EXECUTE FUNCTION spoil()
              """), Never);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => test.Store.Commit(Sample.Clinic, Everything, Never));
        await test.Store.Commit(new("sample", "ten_0"), transaction => transaction.Execute($"DROP TRIGGER spoil {(dialect == Dialect.Postgres ? "ON sealing_keys" : "")}"), Never);

        await test.Store.Commit(Sample.Clinic, Everything, Never);
        await test.Reopen();

        Assert.Equal(Sample.Secret, await test.Store.Commit(Sample.Clinic, async transaction =>
            transaction.Open("ten_1", "sample.content", "a", (await transaction.One<byte[]>("SELECT content FROM sample WHERE id = 'a'"))!), Never));
    }

    static async Task<int> Everything(Transaction transaction)
    {
        await transaction.Insert("a");
        await transaction.Execute("UPDATE sample SET content = @content WHERE id = 'a'", new { content = transaction.Seal("ten_1", "sample.content", "a", "secret"u8) });
        await transaction.Emit(1);
        transaction.Audit("sample.write", "a");
        return 1;
    }

    static async Task Nothing(Store store)
    {
        Assert.Equal(0, await store.Count("sample"));
        Assert.Equal(0, await store.Count("outbox"));
        Assert.Equal(0, await store.Count("audit_outbox"));
    }
}

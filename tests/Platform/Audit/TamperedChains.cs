using CsCheck;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Audit;

public sealed class TamperedChains
{
    const int Rows = 12;
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly string[] Columns = ["tenant", "service", "actor", "role", "action", "subject", "outcome", "patient", "purpose"];

    sealed record Tampering(string Name, string[] Sql);

    static readonly Gen<Tampering> Any = Gen.Select(Gen.Int[0, 10], Gen.Int[1, Rows], Gen.Int[1, Rows], Gen.Int[0, Columns.Length - 1].Select(index => Columns[index])).Select((kind, one, other, column) => kind switch
    {
        0 => new Tampering($"{column} of {one} altered", [$"UPDATE audit_outbox SET {column} = {column} || 'x' WHERE counter = {one}"]),
        1 => new($"time of {one} altered", [$"UPDATE audit_outbox SET at = at + 1 WHERE counter = {one}"]),
        2 => new($"mac of {one} altered", [$"UPDATE audit_outbox SET mac = (SELECT mac FROM audit_head) WHERE counter = {(one == Rows ? 1 : one)}"]),
        3 => new($"{one} deleted", [$"DELETE FROM audit_outbox WHERE counter = {one}"]),
        4 when one != other => new($"{one} and {other} changed places",
            [$"UPDATE audit_outbox SET counter = 1000 WHERE counter = {one}", $"UPDATE audit_outbox SET counter = {one} WHERE counter = {other}",
                $"UPDATE audit_outbox SET counter = {other} WHERE counter = 1000"]),
        5 => new($"cut off from {one}", [$"DELETE FROM audit_outbox WHERE counter >= {one}"]),
        6 when one > 1 => new($"cut off from {one} and the head moved back",
            [$"UPDATE audit_head SET counter = {one - 1}, mac = (SELECT mac FROM audit_outbox WHERE counter = {one - 1})", $"DELETE FROM audit_outbox WHERE counter >= {one}"]),
        7 => new($"{one} copied to the end", [Copy(one, Rows + 1)]),
        8 => new($"{one} copied to the end and the head moved on", [Copy(one, Rows + 1), $"UPDATE audit_head SET counter = {Rows + 1}"]),
        9 => new($"{one} copied before the beginning", [Copy(one, 1 - one)]),
        10 => new("the head gone", ["DELETE FROM audit_head"]),
        _ => new($"{one} and what follows moved on by one", [$"UPDATE audit_outbox SET counter = -counter WHERE counter >= {one}", "UPDATE audit_outbox SET counter = 1 - counter WHERE counter < 0"]),
    });

    static string Copy(int from, int to) =>
        $"INSERT INTO audit_outbox SELECT {to}, tenant, at, service, actor, role, action, subject, outcome, mac, patient, purpose FROM audit_outbox WHERE counter = {from}";

    [Theory, BothDialects]
    public async Task No_tampering_goes_unnoticed(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Fill(test.Store);
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
        await Sql(test.Store, "CREATE TABLE kept AS SELECT * FROM audit_outbox", "CREATE TABLE kept_head AS SELECT * FROM audit_head");

        await Any.SampleAsync(async tampering =>
        {
            await Sql(test.Store, tampering.Sql);
            var found = await AuditChain.FirstBreak(test.Store, Never);
            await Sql(test.Store, "DELETE FROM audit_outbox", "INSERT INTO audit_outbox SELECT * FROM kept", "DELETE FROM audit_head", "INSERT INTO audit_head SELECT * FROM kept_head");
            return found is not null;
        }, iter: 150, threads: 1, print: tampering => tampering.Name);
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
    }

    [Theory, BothDialects]
    public async Task A_head_that_was_moved_back_is_not_built_upon(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await Fill(test.Store);
        await Sql(test.Store, "UPDATE audit_head SET counter = 6, mac = (SELECT mac FROM audit_outbox WHERE counter = 6)", "DELETE FROM audit_outbox WHERE counter > 6");
        await Assert.ThrowsAsync<AuditBehindException>(() => Access(test.Store, "next"));
        Assert.Equal(7, await AuditChain.FirstBreak(test.Store, Never));
    }

    [Theory, BothDialects]
    public async Task The_counter_has_no_gap_under_concurrent_commits(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var other = dialect == Dialect.Postgres ? await test.OpenAnother() : test.Store;
        var writers = Task.WhenAll(Enumerable.Range(0, 120).Select(number => Task.Run(async () =>
        {
            try
            {
                await (number % 2 == 0 ? test.Store : other).Commit(Sample.Clinic, async transaction =>
                {
                    transaction.Audit("sample.read", $"row_{number}");
                    transaction.Audit("sample.write", $"row_{number}");
                    await transaction.Insert($"row_{number}");
                    return number % 5 == 0 ? throw new InvalidDataException() : 0;
                }, Never);
            }
            catch (InvalidDataException) { }
        })));
        // Walked while it grows, it is whole at every moment.
        while (!writers.IsCompleted) Assert.Null(await AuditChain.FirstBreak(other, Never));
        await writers;

        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
        Assert.Equal(2 * 96, await test.Store.Count("audit_outbox"));
        Assert.Equal(2 * 96, await test.Store.ReadOne<long>("SELECT MAX(counter) FROM audit_outbox", null, Never));
    }

    [Fact]
    public async Task A_chain_longer_than_a_page_is_walked_to_its_end()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await test.Store.Commit(Sample.Clinic, transaction =>
        {
            for (var number = 0; number < 2_001; number++) transaction.Audit("sample.read", $"row_{number}");
            return Task.FromResult(0);
        }, Never);
        Assert.Null(await AuditChain.FirstBreak(test.Store, Never));
        await Sql(test.Store, "UPDATE audit_outbox SET outcome = 'no' WHERE counter = 2001");
        Assert.Equal(2_001, await AuditChain.FirstBreak(test.Store, Never));
    }

    static async Task Fill(Store store)
    {
        for (var number = 1; number <= Rows; number++) await Access(store, $"row_{number}");
    }

    static Task<int> Access(Store store, string subject) =>
        store.Commit(Sample.Clinic, transaction => { transaction.Audit("sample.read", subject, patient: "pat_1", purpose: "BTG/1"); return Task.FromResult(0); }, Never);

    static Task<int> Sql(Store store, params string[] statements) => store.Commit(Sample.Clinic, async transaction =>
    {
        foreach (var statement in statements) await transaction.Execute(statement);
        return 0;
    }, Never);
}

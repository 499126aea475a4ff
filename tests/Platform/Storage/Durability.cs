using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Storage;

public sealed class Durability
{
    static readonly Caller Clinic = new("sample", "ten_1", "stf_1", "clinician");

    [Theory, BothDialects]
    public async Task What_commit_acknowledged_is_there_after_a_restart(Dialect dialect)
    {
        await using var test = await TestStore.Open(dialect);
        await test.Store.Commit(Clinic, async transaction =>
        {
            transaction.Audit("sample.write", "row_1");
            return await transaction.Execute("INSERT INTO inbox (event_id, consumer, at) VALUES ('a', 'b', 1)");
        }, CancellationToken.None);

        await test.Reopen();

        Assert.Equal(1, await test.Store.ReadOne<long>("SELECT COUNT(*) FROM inbox WHERE event_id = 'a'", null, CancellationToken.None));
        Assert.Equal(1, await test.Store.ReadOne<long>("SELECT COUNT(*) FROM audit_outbox WHERE subject = 'row_1'", null, CancellationToken.None));
    }
}

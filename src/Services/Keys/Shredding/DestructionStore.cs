using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using Asked = FirstRing.Contracts.Keys.Destruction;

namespace FirstRing.Keys.Shredding;

/// <summary>Every statement on <c>destructions</c>.</summary>
internal sealed class DestructionStore(Store store)
{
    public const string Topic = "keys";
    const string Columns = "SELECT asked_at AS AskedAt, due_at AS DueAt, destroyed_at AS DestroyedAt FROM destructions WHERE tenant = @tenant";

    public TimeProvider Clock => store.Clock;
    public Wakes Wakes => store.Wakes;

    /// <summary>Has the next round begin now.</summary>
    public void Wake() => store.Wakes.Signal(Topic);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public Task<Asked?> Find(string tenant, CancellationToken stop) => store.ReadOne<Asked>(Columns, new { tenant }, stop);

    public static Task<Asked?> Hold(Transaction transaction, string tenant) => transaction.One<Asked>(Columns + transaction.ForUpdate(), new { tenant });

    /// <summary>False where there is one already.</summary>
    public static async Task<bool> Insert(Transaction transaction, string tenant, Asked asked) => await transaction.Execute(
        "INSERT INTO destructions (tenant, asked_at, due_at) VALUES (@tenant, @AskedAt, @DueAt) ON CONFLICT (tenant) DO NOTHING", new { tenant, asked.AskedAt, asked.DueAt }) == 1;

    /// <summary>False where nothing waits, or its time has come.</summary>
    public static async Task<bool> Cancel(Transaction transaction, string tenant) => await transaction.Execute(
        "DELETE FROM destructions WHERE tenant = @tenant AND destroyed_at IS NULL AND due_at > @Now", new { tenant, transaction.Now }) == 1;

    public Task<List<string>> Due(CancellationToken stop) => store.ReadList<string>(
        "SELECT tenant FROM destructions WHERE destroyed_at IS NULL AND due_at <= @now ORDER BY due_at", new { now = Platform.Ids.Instant.Microseconds(store.Clock) }, stop);

    public static Task Destroyed(Transaction transaction, string tenant) => transaction.Execute(
        "UPDATE destructions SET destroyed_at = @Now WHERE tenant = @tenant AND destroyed_at IS NULL", new { tenant, transaction.Now });
}

using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Passes;

/// <summary>
/// The logins and links that ended while passes under them were still good. A pass is verified offline, so whoever takes passes keeps these, in a store of
/// its own, for as long as such a pass could live.
/// </summary>
public static class EndedLogins
{
    /// <summary>No pass lives longer.</summary>
    public static readonly TimeSpan LongestPass = TimeSpan.FromHours(12);

    /// <summary>What is woken in a store when a login has ended.</summary>
    public const string Topic = "login-ended";

    /// <summary>Takes the event that says so, once.</summary>
    public static Task Take(Store store, OutboxWire @event, string login, CancellationToken stop) => store.Commit(Caller.System(store.Service, @event.Tenant), async transaction =>
    {
        var first = await transaction.FirstTime(@event.Id, store.Service);
        if (first) await Note(transaction, login);
        return first;
    }, stop);

    /// <summary>From the commit on passes under <paramref name="login"/> are refused here. Those that no pass can be under any more go.</summary>
    public static async Task Note(Transaction transaction, string login)
    {
        await transaction.Execute("INSERT INTO ended_logins (login, at) VALUES (@login, @Now) ON CONFLICT (login) DO NOTHING", new { login, transaction.Now });
        await transaction.Execute("DELETE FROM ended_logins WHERE at < @past", new { past = transaction.Now - 2 * (long)LongestPass.TotalMicroseconds });
        transaction.Wake(Topic);
    }

    public static async Task<bool> Has(Transaction transaction, string login) => await transaction.One<long>(Asked, new { login }) > 0;
    public static async Task<bool> Has(Store store, string login, CancellationToken stop) => await store.ReadOne<long>(Asked, new { login }, stop) > 0;

    /// <summary>Those that ended at <paramref name="from"/> (UTC microseconds) or later.</summary>
    public static Task<List<string>> Since(Store store, long from, CancellationToken stop) => store.ReadList<string>("SELECT login FROM ended_logins WHERE at >= @from", new { from }, stop);

    const string Asked = "SELECT COUNT(*) FROM ended_logins WHERE login = @login";
}

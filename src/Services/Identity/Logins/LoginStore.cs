using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Logins;

/// <summary>Every statement on <c>logins</c>. A login ends 12 hours after it was last used and a week after it began, whatever happens.</summary>
internal sealed class LoginStore(Store store)
{
    static readonly long Idle = (long)TimeSpan.FromHours(12).TotalMicroseconds, Longest = (long)TimeSpan.FromDays(7).TotalMicroseconds;
    // Use is noted by the minute: a page that asks each second need not write each second.
    static readonly long UseNote = (long)TimeSpan.FromMinutes(1).TotalMicroseconds;

    sealed record Row(string Staff, string Tenant, string Role, string Name, long CreatedAt, long UsedAt);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>Who is signed in by this secret; null where nobody is.</summary>
    public async Task<StaffMember?> Find(string secret, CancellationToken stop)
    {
        var now = store.Clock.Microseconds();
        var hash = Token.Hash(secret);
        var row = await store.ReadOne<Row>(
            """
            SELECT s.id AS Staff, s.tenant AS Tenant, s.role AS Role, s.name AS Name, l.created_at AS CreatedAt, l.used_at AS UsedAt
            FROM logins l JOIN staff s ON s.id = l.staff WHERE l.secret_hash = @hash
            """, new { hash }, stop);
        if (row is null || row.UsedAt <= now - Idle || row.CreatedAt <= now - Longest) return null;
        if (row.UsedAt <= now - UseNote)
            await store.Commit(Caller.System(store.Service), transaction =>
                transaction.Execute("UPDATE logins SET used_at = @Now WHERE secret_hash = @hash", new { hash, transaction.Now }), stop);
        return new StaffMember(StaffId.Parse(row.Staff, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.Name);
    }

    /// <summary>Starts a login and answers its secret, which is kept nowhere.</summary>
    public static async Task<string> Start(Transaction transaction, StaffId staff)
    {
        var secret = Token.New();
        await transaction.Execute("DELETE FROM logins WHERE used_at <= @idle OR created_at <= @old", new { idle = transaction.Now - Idle, old = transaction.Now - Longest });
        await transaction.Execute("INSERT INTO logins (secret_hash, staff, created_at, used_at) VALUES (@hash, @staff, @Now, @Now)",
            new { hash = Token.Hash(secret), staff = staff.ToString(), transaction.Now });
        return secret;
    }

    public static Task End(Transaction transaction, string secret) =>
        transaction.Execute("DELETE FROM logins WHERE secret_hash = @hash", new { hash = Token.Hash(secret) });

    /// <summary>The caller as this member of staff.</summary>
    public static Caller As(Caller caller, StaffMember member) => new(caller.Service, member.Tenant.ToString(), member.Id.ToString(), WireName.Of(member.Role));
}

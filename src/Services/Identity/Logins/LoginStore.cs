using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.OAuth;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Logins;

/// <summary>
/// Every statement on <c>logins</c>. A login ends 12 hours after it was last used and a week after it began, whatever happens; one that is not whole, a
/// quarter of an hour after it began.
/// </summary>
internal sealed class LoginStore(Store store)
{
    /// <summary>How many logins a member of staff has at once; the newest wins.</summary>
    public const int Most = 10;

    public static readonly long Idle = (long)TimeSpan.FromHours(12).TotalMicroseconds, Longest = (long)TimeSpan.FromDays(7).TotalMicroseconds,
        Half = (long)TimeSpan.FromMinutes(15).TotalMicroseconds;
    // Use is noted by the minute: a page that asks each second need not write each second.
    static readonly long UseNote = (long)TimeSpan.FromMinutes(1).TotalMicroseconds;

    /// <summary>Of a row <c>l</c> of <c>logins</c>, at <c>@now</c>.</summary>
    public const string Living = "l.used_at > @now - @Idle AND l.created_at > @now - (CASE WHEN l.way = 'password' THEN @Half ELSE @Longest END)";

    sealed record Row(string Id, string Staff, string Tenant, string Role, string Name, string Way, long HasFactor, long CreatedAt, long UsedAt);

    sealed record ListedRow(string Id, string Way, string Agent, long CreatedAt, long UsedAt);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>The login of this secret, whole or not; null where there is none.</summary>
    public async Task<Login?> Find(string secret, CancellationToken stop)
    {
        var now = store.Clock.Microseconds();
        var hash = Token.Hash(secret);
        var row = await store.ReadOne<Row>(
            $"""
            SELECT l.id AS Id, s.id AS Staff, s.tenant AS Tenant, s.role AS Role, s.name AS Name, l.way AS Way,
                   (SELECT COUNT(*) FROM totp_seeds t WHERE t.staff = s.id AND t.state = 'set') + (SELECT COUNT(*) FROM passkeys p WHERE p.staff = s.id) AS HasFactor, l.created_at AS CreatedAt, l.used_at AS UsedAt
            FROM logins l JOIN staff s ON s.id = l.staff WHERE l.secret_hash = @hash AND s.disabled_at IS NULL AND {Living}
            """, new { hash, now, Idle, Longest, Half }, stop);
        if (row is null) return null;
        if (row.UsedAt <= now - UseNote)
            await store.Commit(Caller.System(store.Service), transaction =>
                transaction.Execute("UPDATE logins SET used_at = @Now WHERE secret_hash = @hash", new { hash, transaction.Now }), stop);
        var level = row.Way != Way.Password ? LoginLevel.Full : row.HasFactor > 0 ? LoginLevel.Code : LoginLevel.Enrol;
        var member = new StaffMember(StaffId.Parse(row.Staff, null), TenantId.Parse(row.Tenant, null), WireName.To<StaffRole>(row.Role), row.Name);
        return new Login(LoginId.Parse(row.Id, null), member, row.Way, level, row.CreatedAt);
    }

    /// <summary>The whole logins of a member of the tenant, the last used on top.</summary>
    public async Task<IReadOnlyList<LoginEntry>> List(TenantId tenant, StaffId staff, CancellationToken stop) => [.. (await store.ReadList<ListedRow>(
        $"""
        SELECT l.id AS Id, l.way AS Way, l.agent AS Agent, l.created_at AS CreatedAt, l.used_at AS UsedAt FROM logins l JOIN staff s ON s.id = l.staff
        WHERE s.tenant = @tenant AND s.id = @staff AND l.way <> 'password' AND {Living} ORDER BY l.used_at DESC, l.id
        """, new { tenant = tenant.ToString(), staff = staff.ToString(), now = store.Clock.Microseconds(), Idle, Longest, Half }, stop))
        .Select(row => new LoginEntry(LoginId.Parse(row.Id, null), row.Way, row.Agent, row.CreatedAt, row.UsedAt))];

    /// <summary>Starts a login and answers its secret, which is kept nowhere. Dead ones go, and the oldest where there are too many.</summary>
    public static async Task<string> Start(Transaction transaction, StaffId staff, string way, string? agent)
    {
        var secret = Token.New();
        var now = transaction.Now;
        await transaction.Execute($"DELETE FROM logins AS l WHERE NOT ({Living})", new { now, Idle, Longest, Half });
        var old = await transaction.List<string>("SELECT id FROM logins WHERE staff = @staff ORDER BY created_at DESC, id LIMIT 1000 OFFSET @kept",
            new { staff = staff.ToString(), kept = Most - 1 });
        foreach (var id in old) await End(transaction, LoginId.Parse(id, null));
        await transaction.Execute("INSERT INTO logins (id, secret_hash, staff, way, agent, created_at, used_at) VALUES (@id, @hash, @staff, @way, @agent, @now, @now)",
            new { id = new LoginId(NewId.Random()).ToString(), hash = Token.Hash(secret), staff = staff.ToString(), way, agent = Named(agent), now });
        return secret;
    }

    /// <summary>The login goes on as <paramref name="way"/> under a new secret: one that was seen before the last step is good for nothing after it.</summary>
    public static async Task<string> Renew(Transaction transaction, Login login, string way)
    {
        var agent = await transaction.One<string>("SELECT agent FROM logins WHERE id = @id", new { id = login.Id.ToString() });
        await End(transaction, login.Id);
        return await Start(transaction, login.Member.Id, way, agent);
    }

    /// <summary>Ends a login: here at once, and by the event wherever passes under it are taken.</summary>
    public static async Task End(Transaction transaction, LoginId login)
    {
        if (await transaction.Execute("DELETE FROM logins WHERE id = @id", new { id = login.ToString() }) > 0) await Tell(transaction, login);
    }

    /// <summary>Tells those who take passes that none under this login, or link, is good any more.</summary>
    public static Task Tell(Transaction transaction, LoginId login) =>
        transaction.Emit(EventTypes.LoginEnded, new LoginEnded(login, transaction.Now), ContractsJson.Default.LoginEnded);

    /// <summary>Ends a login if it is this member's, with everything that was granted under it.</summary>
    public static async Task EndOf(Transaction transaction, StaffId staff, LoginId login)
    {
        if (await transaction.One<long>("SELECT COUNT(*) FROM logins WHERE id = @id AND staff = @staff", new { id = login.ToString(), staff = staff.ToString() }) > 0)
        {
            await End(transaction, login);
            await GrantStore.RevokeUnder(transaction, login);
        }
    }

    public static async Task EndBySecret(Transaction transaction, string secret)
    {
        if (await transaction.One<string>("SELECT id FROM logins WHERE secret_hash = @hash", new { hash = Token.Hash(secret) }) is { } id)
            await End(transaction, LoginId.Parse(id, null));
    }

    /// <summary>Ends the member's logins but <paramref name="kept"/>, with everything that was granted under them, or under one before.</summary>
    public static async Task EndAll(Transaction transaction, StaffId staff, LoginId? kept = null)
    {
        foreach (var id in await transaction.List<string>("SELECT id FROM logins WHERE staff = @staff ORDER BY id", new { staff = staff.ToString() }))
            if (LoginId.Parse(id, null) is var login && login != kept) await End(transaction, login);
        await GrantStore.RevokeAllOf(transaction, staff, kept);
    }

    // What a browser calls itself: a few plain words, or none.
    static string Named(string? agent) => agent is { Length: > 0 and <= 60 } && agent.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == ' ') ? agent : "";

    /// <summary>The caller as this member of staff.</summary>
    public static Caller As(Caller caller, StaffMember member) => new(caller.Service, member.Tenant.ToString(), member.Id.ToString(), WireName.Of(member.Role));
}

using Dapper;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.OAuth;

/// <summary>Every statement on <c>oauth_grants</c>.</summary>
internal sealed class GrantStore(Store store)
{
    // It holds while application, person and, unless it goes on without, login do; asked at each use, so that an end is an end at once.
    const string Holds =
        $"""
        g.status = 'valid' AND g.ends_at > @now AND a.ended_at IS NULL AND s.disabled_at IS NULL
        AND (g.offline = 1 OR EXISTS (SELECT 1 FROM logins l WHERE l.id = g.login AND {LoginStore.Living}))
        """;

    const string From = "FROM oauth_grants g JOIN oauth_apps a ON a.id = g.app JOIN staff s ON s.id = g.staff";

    sealed record OwnRow(string Id, string App, string Scopes, long GivenAt, long Ends, long Offline);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public Task<OAuthGrant?> Find(string id, CancellationToken stop) => store.ReadOne<OAuthGrant>(
        $"SELECT g.id AS Id, g.app AS App, g.staff AS Staff, g.scopes AS Scopes, CASE WHEN {Holds} THEN 'valid' ELSE 'revoked' END AS Status, g.given_at AS GivenAt {From} WHERE g.id = @id",
        Values(("id", id)), stop);

    /// <summary>A grant with who gave it and how they had signed in; null where it or the login is over.</summary>
    public Task<Given?> FindGiven(string id, CancellationToken stop) => store.ReadOne<Given>(
        $"""
        SELECT g.id AS Id, g.staff AS Staff, s.tenant AS Tenant, s.name AS Name, g.scopes AS Scopes, i.way AS Way, i.created_at AS SignedInAt, g.ends_at AS Ends
        {From} JOIN logins i ON i.id = g.login WHERE g.id = @id AND {Holds}
        """, Values(("id", id)), stop);

    /// <summary>The role that whoever gave a grant has now; null where it is over.</summary>
    public Task<string?> FindRole(string id, CancellationToken stop) => store.ReadOne<string>($"SELECT s.role {From} WHERE g.id = @id AND {Holds}", Values(("id", id)), stop);

    /// <summary>What a member granted and still holds, the newest on top.</summary>
    public async Task<IReadOnlyList<Grant>> List(StaffId staff, CancellationToken stop) => [.. (await store.ReadList<OwnRow>(
        $"""
        SELECT g.id AS Id, a.name AS App, g.scopes AS Scopes, g.given_at AS GivenAt, g.ends_at AS Ends, g.offline AS Offline {From}
        WHERE g.staff = @staff AND {Holds} ORDER BY g.given_at DESC, g.id
        """, Values(("staff", staff.ToString())), stop))
        .Select(row => new Grant(GrantId.Parse(row.Id, null), row.App, row.Scopes.Split(' '), row.GivenAt, row.Ends, row.Offline != 0))];

    public static Task Insert(Transaction transaction, GrantId id, string app, Login login, IReadOnlyList<string> scopes) => transaction.Execute(
        """
        INSERT INTO oauth_grants (id, app, staff, login, scopes, offline, status, given_at, ends_at) VALUES (@id, @app, @staff, @login, @all, @offline, 'valid', @Now, @ends)
        """,
        new
        {
            id = id.ToString(), app, staff = login.Member.Id.ToString(), login = login.Id.ToString(), all = string.Join(' ', scopes), offline = scopes.Contains(Scopes.Offline) ? 1L : 0L,
            transaction.Now, ends = transaction.Now + (long)Lifetimes.OfGrant(scopes).TotalMicroseconds,
        });

    public Task Revoke(string id, CancellationToken stop) => store.Commit(Caller.System(store.Service), transaction => Revoke(transaction, id), stop);

    public static Task<int> Revoke(Transaction transaction, string id) => transaction.Execute("UPDATE oauth_grants SET status = 'revoked' WHERE id = @id", new { id });

    /// <summary>Ends a grant if it is this member's.</summary>
    public static Task<int> RevokeOwn(Transaction transaction, StaffId staff, GrantId id) =>
        transaction.Execute("UPDATE oauth_grants SET status = 'revoked' WHERE id = @id AND staff = @staff", new { id = id.ToString(), staff = staff.ToString() });

    public static Task RevokeUnder(Transaction transaction, LoginId login) =>
        transaction.Execute("UPDATE oauth_grants SET status = 'revoked' WHERE login = @login", new { login = login.ToString() });

    public static Task RevokeAllOf(Transaction transaction, StaffId staff, LoginId? kept) =>
        transaction.Execute("UPDATE oauth_grants SET status = 'revoked' WHERE staff = @staff AND login <> @kept", new { staff = staff.ToString(), kept = kept?.ToString() ?? "" });

    DynamicParameters Values((string Name, string Value) one)
    {
        var values = new DynamicParameters(new { now = store.Clock.Microseconds(), LoginStore.Idle, LoginStore.Longest, LoginStore.Half });
        values.Add(one.Name, one.Value);
        return values;
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.Apps;

/// <summary>Every statement on <c>oauth_apps</c>. Addresses, scopes: one text, parted by blanks, which none of them can hold.</summary>
internal sealed class AppStore(Store store)
{
    const string Columns =
        "SELECT id AS Id, tenant AS Tenant, name AS Name, kind AS Kind, redirects AS Redirects, scopes AS Scopes, public_keys AS PublicKeys, created_at AS CreatedAt, ended_at AS EndedAt FROM oauth_apps";

    sealed record Row(string Id, string Tenant, string Name, string Kind, string Redirects, string Scopes, string? PublicKeys, long CreatedAt, long? EndedAt);

    public TimeProvider Clock => store.Clock;

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    public async Task<IReadOnlyList<App>> List(TenantId tenant, CancellationToken stop) =>
        [.. (await store.ReadList<Row>($"{Columns} WHERE tenant = @tenant ORDER BY name, id", new { tenant = tenant.ToString() }, stop)).Select(ToApp)];

    /// <summary>Of any tenant; one that was ended is none.</summary>
    public async Task<(App App, TenantId Tenant)?> FindLiving(string id, CancellationToken stop) =>
        await store.ReadOne<Row>($"{Columns} WHERE id = @id AND ended_at IS NULL", new { id }, stop) is { } row ? (ToApp(row), TenantId.Parse(row.Tenant, null)) : null;

    /// <summary>The application, held until the transaction ends.</summary>
    public static async Task<App?> Hold(Transaction transaction, TenantId tenant, AppId id) =>
        await transaction.One<Row>($"{Columns} WHERE tenant = @tenant AND id = @id{transaction.ForUpdate()}", new { tenant = tenant.ToString(), id = id.ToString() }) is { } row ? ToApp(row) : null;

    public static Task Insert(Transaction transaction, TenantId tenant, App app) => transaction.Execute(
        """
        INSERT INTO oauth_apps (id, tenant, name, kind, redirects, scopes, public_keys, created_at)
        VALUES (@id, @tenant, @Name, @kind, @redirects, @scopes, @Keys, @CreatedAt)
        """,
        new
        {
            id = app.Id.ToString(), tenant = tenant.ToString(), app.Terms.Name, kind = WireName.Of(app.Terms.Kind), redirects = string.Join(' ', app.Terms.Redirects),
            scopes = string.Join(' ', app.Terms.Scopes), app.Terms.Keys, app.CreatedAt,
        });

    /// <summary>What it was granted ends with it.</summary>
    public static async Task End(Transaction transaction, AppId id)
    {
        await transaction.Execute("UPDATE oauth_apps SET ended_at = @Now WHERE id = @id AND ended_at IS NULL", new { id = id.ToString(), transaction.Now });
        await transaction.Execute("UPDATE oauth_grants SET status = 'revoked' WHERE app = @id", new { id = id.ToString() });
        await transaction.Execute("DELETE FROM oauth_tokens WHERE app = @id", new { id = id.ToString() });
    }

    static App ToApp(Row row) => new(AppId.Parse(row.Id, null), new AppTerms(row.Name, WireName.To<AppKind>(row.Kind), Split(row.Redirects), Split(row.Scopes), row.PublicKeys), row.CreatedAt, row.EndedAt);

    static string[] Split(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity.OAuth;

/// <summary>An authorization request that a person is to answer. <paramref name="Tenant"/> is the application's. Microseconds.</summary>
internal sealed record Ask(string Hash, string App, string AppName, TenantId Tenant, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<string> Scopes, long SignedInAfter);

/// <summary>An answered request. <paramref name="Grant"/> is null where the person said no.</summary>
internal sealed record Answered(IReadOnlyDictionary<string, string> Parameters, string? Grant);

/// <summary>Every statement on <c>oauth_asks</c>. What an application asks waits here, unaltered, while the person signs in and answers.</summary>
internal sealed class AskStore(Store store)
{
    sealed record Row(string Hash, string App, string AppName, string Tenant, string Parameters, string Scopes, long SignedInAfter);
    sealed record AnsweredRow(string Parameters, string? Granted);

    /// <summary>Keeps a request and answers the secret by which its page is opened. What is over goes.</summary>
    public Task<string> Open(string app, TenantId tenant, IReadOnlyDictionary<string, string> parameters, IReadOnlyList<string> scopes, long signedInAfter, CancellationToken stop) =>
        store.Commit(Caller.System(store.Service, tenant.ToString()), async transaction =>
        {
            var secret = Token.New();
            await transaction.Execute("DELETE FROM oauth_asks WHERE expires_at < @Now", new { transaction.Now });
            await transaction.Execute("INSERT INTO oauth_asks (ask_hash, app, parameters, scopes, signed_in_after, expires_at) VALUES (@hash, @app, @text, @all, @signedInAfter, @expires)",
                new
                {
                    hash = Token.Hash(secret), app, text = JsonSerializer.Serialize(parameters), all = string.Join(' ', scopes), signedInAfter,
                    expires = transaction.Now + (long)Lifetimes.Ask.TotalMicroseconds,
                });
            return secret;
        }, stop);

    /// <summary>A request that still waits for its answer.</summary>
    public async Task<Ask?> Find(string secret, CancellationToken stop) => await store.ReadOne<Row>(
        """
        SELECT q.ask_hash AS Hash, q.app AS App, a.name AS AppName, a.tenant AS Tenant, q.parameters AS Parameters, q.scopes AS Scopes, q.signed_in_after AS SignedInAfter
        FROM oauth_asks q JOIN oauth_apps a ON a.id = q.app WHERE q.ask_hash = @hash AND q.next_hash IS NULL AND q.expires_at > @now AND a.ended_at IS NULL
        """, new { hash = Token.Hash(secret), now = store.Clock.Microseconds() }, stop) is { } row
        ? new Ask(row.Hash, row.App, row.AppName, TenantId.Parse(row.Tenant, null), Read(row.Parameters), row.Scopes.Split(' '), row.SignedInAfter)
        : null;

    /// <summary>The answer, once; null where it was answered meanwhile. The secret that it gives leads the browser on.</summary>
    public static async Task<string?> Decide(Transaction transaction, Ask ask, GrantId? grant)
    {
        var next = Token.New();
        return await transaction.Execute("UPDATE oauth_asks SET next_hash = @next, granted = @granted, expires_at = @expires WHERE ask_hash = @Hash AND next_hash IS NULL AND expires_at > @Now",
            new { next = Token.Hash(next), granted = grant?.ToString(), expires = transaction.Now + (long)Lifetimes.Next.TotalMicroseconds, ask.Hash, transaction.Now }) == 1 ? next : null;
    }

    /// <summary>What was answered; once, and within a minute.</summary>
    public Task<Answered?> Take(string next, CancellationToken stop) => store.Commit(Caller.System(store.Service), async transaction =>
        (await transaction.List<AnsweredRow>("UPDATE oauth_asks SET used_at = @Now WHERE next_hash = @hash AND used_at IS NULL AND expires_at > @Now RETURNING parameters AS Parameters, granted AS Granted",
            new { hash = Token.Hash(next), transaction.Now })) is [var row] ? new Answered(Read(row.Parameters), row.Granted) : null, stop);

    static Dictionary<string, string> Read(string text) => JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
}

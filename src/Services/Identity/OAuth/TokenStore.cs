using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>Every statement on <c>oauth_tokens</c> and <c>oauth_assertions</c>.</summary>
internal sealed class TokenStore(Store store)
{
    // A day longer than it holds, so that what comes too late is told from what never was.
    static readonly long Kept = (long)TimeSpan.FromDays(1).TotalMicroseconds;

    // An application that was ended has nothing any more, whatever the row says.
    const string Columns =
        """
        SELECT t.id AS Id, t.app AS App, t.grant_id AS GrantId, t.subject AS Subject, t.type AS Type, CASE WHEN a.ended_at IS NULL THEN t.status ELSE 'revoked' END AS Status,
               t.reference_hash AS ReferenceHash, t.payload AS Payload, t.created_at AS CreatedAt, t.expires_at AS ExpiresAt, t.redeemed_at AS RedeemedAt, t.version AS Version
        FROM oauth_tokens t JOIN oauth_apps a ON a.id = t.app
        """;

    Caller Itself => Caller.System(store.Service);

    public Task<OAuthToken?> Find(string id, CancellationToken stop) => store.ReadOne<OAuthToken>($"{Columns} WHERE t.id = @id", new { id }, stop);

    public Task<OAuthToken?> FindByReference(string hash, CancellationToken stop) => store.ReadOne<OAuthToken>($"{Columns} WHERE t.reference_hash = @hash", new { hash }, stop);

    /// <summary>Keeps it, audited; what is long over goes.</summary>
    public async Task Insert(OAuthToken token, CancellationToken stop)
    {
        var tenant = await store.ReadOne<string>("SELECT tenant FROM oauth_apps WHERE id = @App", new { token.App }, stop);
        await store.Commit(Caller.System(store.Service, tenant), async transaction =>
        {
            await transaction.Execute("DELETE FROM oauth_tokens WHERE expires_at < @before", new { before = transaction.Now - Kept });
            await transaction.Execute(
                """
                INSERT INTO oauth_tokens (id, app, grant_id, subject, type, status, reference_hash, payload, created_at, expires_at, redeemed_at, version)
                VALUES (@Id, @App, @GrantId, @Subject, @Type, @Status, @ReferenceHash, @Payload, @CreatedAt, @ExpiresAt, @RedeemedAt, 0)
                """, token);
            transaction.Audit("give-token", token.GrantId ?? token.App!, token.Type ?? "ok");
            return true;
        }, stop);
    }

    /// <summary>False where another request changed it since it was read, or has used it up: of two at once one is a thief, and the grant ends.</summary>
    public async Task<bool> Update(OAuthToken token, CancellationToken stop)
    {
        var done = await store.Commit(Itself, async transaction =>
        {
            var changed = await transaction.Execute(
                """
                UPDATE oauth_tokens SET app = @App, grant_id = @GrantId, subject = @Subject, type = @Type, status = @Status, reference_hash = @ReferenceHash, payload = @Payload,
                       created_at = @CreatedAt, expires_at = @ExpiresAt, redeemed_at = @RedeemedAt, version = @Version + 1
                WHERE id = @Id AND version = @Version AND (@Status <> 'redeemed' OR status = 'valid')
                """, token) == 1;
            if (!changed && token.Status == Statuses.Redeemed && token.GrantId is { } grant) await GrantStore.Revoke(transaction, grant);
            return changed;
        }, stop);
        if (done) token.Version++;
        return done;
    }

    /// <summary>Everything that a grant gave, and the grant itself: what another request is giving under it at this moment is worth nothing either.</summary>
    public Task<long> RevokeUnder(string grant, CancellationToken stop) => store.Commit<long>(Itself, async transaction =>
    {
        await GrantStore.Revoke(transaction, grant);
        return await transaction.Execute("UPDATE oauth_tokens SET status = 'revoked', version = version + 1 WHERE grant_id = @grant AND status <> 'revoked'", new { grant });
    }, stop);

    /// <summary>False where the application has shown this assertion before. <paramref name="expires"/> in UTC microseconds.</summary>
    public Task<bool> FirstShown(string app, string jti, long expires, CancellationToken stop) => store.Commit(Itself, async transaction =>
    {
        await transaction.Execute("DELETE FROM oauth_assertions WHERE expires_at < @before", new { before = transaction.Now - Kept });
        return await transaction.Execute("INSERT INTO oauth_assertions (app, jti_hash, expires_at) VALUES (@app, @hash, @expires) ON CONFLICT (app, jti_hash) DO NOTHING",
            new { app, hash = Token.Hash(jti), expires }) == 1;
    }, stop);
}

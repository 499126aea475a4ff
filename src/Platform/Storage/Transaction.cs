using System.Data.Common;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;

namespace FirstRing.Platform.Storage;

/// <summary>
/// THE seam: one transaction holds the row, the outbox rows, the audit rows and the sealing. It commits whole or not at all.
/// Work inside it touches this store only: awaiting anything else here would hold up the store's writer.
/// </summary>
public sealed class Transaction
{
    readonly Store _store;
    readonly List<AuditEntry> _audit = [];
    readonly List<string> _wakes = [];
    readonly DbConnection _connection;
    bool _over;

    internal Transaction(Store store, Caller caller, DbConnection connection, DbTransaction? inner)
    {
        _store = store;
        Caller = caller;
        _connection = connection;
        Inner = inner;
        Now = Instant.Microseconds(store.Clock);
    }

    public Caller Caller { get; }
    public Dialect Dialect => _store.Dialect;

    /// <summary>UTC microseconds, the same for everything in this transaction.</summary>
    public long Now { get; }

    /// <exception cref="InvalidOperationException">The transaction is over; on SQLite the connection now runs someone else's.</exception>
    public DbConnection Connection => _over ? throw new InvalidOperationException("This transaction is over.") : _connection;
    internal DbTransaction? Inner { get; }
    internal IReadOnlyList<string> Wakes => _wakes;

    public Task<int> Execute(string sql, object? arguments = null) => Connection.ExecuteAsync(sql, arguments, Inner);
    public Task<T?> One<T>(string sql, object? arguments = null) => Connection.QuerySingleOrDefaultAsync<T>(sql, arguments, Inner);
    public async Task<List<T>> List<T>(string sql, object? arguments = null) => (await Connection.QueryAsync<T>(sql, arguments, Inner)).AsList();

    /// <summary>Seals for <paramref name="tenant"/> under its newest key; the caller's tenant's was made ready when the transaction began, others' by <see cref="Store.KeysFor"/>.</summary>
    /// <exception cref="AuditBehindException">The audit log is too far behind this store.</exception>
    public byte[] Seal(string tenant, string field, string row, ReadOnlySpan<byte> plain)
    {
        _store.Lag.Check();
        return _store.Keys.Seal(tenant, field, row, plain);
    }

    /// <exception cref="AuditBehindException">The audit log is too far behind this store.</exception>
    public byte[] Open(string tenant, string field, string row, ReadOnlySpan<byte> blob)
    {
        _store.Lag.Check();
        return _store.Keys.Open(tenant, field, row, blob);
    }

    public byte[] SealJson<T>(string tenant, string field, string row, T value, JsonTypeInfo<T> type) =>
        Seal(tenant, field, row, JsonSerializer.SerializeToUtf8Bytes(value, type));

    public T OpenJson<T>(string tenant, string field, string row, ReadOnlySpan<byte> blob, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(Open(tenant, field, row, blob), type)!;

    /// <summary>An audit row in this transaction. Action and subject are opaque words and ids: no name, no birth date. <paramref name="patient"/>: the opaque id of
    /// whose data it is, where that is known; by it the patient is told who looked. <paramref name="purpose"/>: why, where it is not in the ordinary way.</summary>
    public void Audit(string action, string subject, string outcome = "ok", string? patient = null, string? purpose = null) =>
        _audit.Add(new AuditEntry(Caller.TenantOrSystem, Now, Caller.Service, Caller.Person ?? Caller.Actor ?? "anonymous", Caller.Role ?? "none", action, subject, outcome, patient ?? Caller.Patient, purpose));

    internal bool Audited => _audit.Count > 0;

    /// <summary>An event to each consumer of its type, delivered at least once after the commit.</summary>
    public async Task Emit<T>(string type, T body, JsonTypeInfo<T> json)
    {
        var id = NewId.Ordered(_store.Clock).ToString("N");
        var text = JsonSerializer.Serialize(body, json);
        foreach (var consumer in _store.ConsumersOf(type))
        {
            await Execute(
                "INSERT INTO outbox (id, consumer, type, tenant, at, body, state, attempts, due_at) VALUES (@id, @consumer, @type, @tenant, @at, @text, 'ready', 0, @at)",
                new { id, consumer, type, tenant = Caller.TenantOrSystem, at = Now, text });
            Wake(Outbox.OutboxRelay.Topic);
        }
    }

    /// <summary>Wakes whoever waits for <paramref name="topic"/> once this has committed.</summary>
    public void Wake(string topic) => _wakes.Add(topic);

    /// <summary>False where this consumer has had the event already.</summary>
    public async Task<bool> FirstTime(Guid eventId, string consumer) =>
        await Execute("INSERT INTO inbox (event_id, consumer, at) VALUES (@id, @consumer, @at) ON CONFLICT (event_id, consumer) DO NOTHING",
            new { id = eventId.ToString("N"), consumer, at = Now }) == 1;

    /// <summary>The stored response of an earlier request with this key. Mismatch is true where the earlier request was another one.</summary>
    public async Task<(string? Response, bool Mismatch)> Recall(string scope, string key, string request)
    {
        // Two copies of one request at once: the second waits here for the first and then finds its response.
        if (Dialect == Dialect.Postgres)
            await Execute("SELECT pg_advisory_xact_lock(hashtextextended(@name, 0))", new { name = $"{scope}\n{Token.Hash(key)}" });
        var row = await One<RememberedRow>("SELECT request_hash AS RequestHash, response AS Response FROM idempotency WHERE scope = @scope AND key_hash = @hash",
            new { scope, hash = Token.Hash(key) });
        return row is null ? (null, false) : (row.Response, row.RequestHash != RequestHash(scope, key, request));
    }

    /// <summary>Keeps the response (no PHI in it) for repeats of the request.</summary>
    public Task Remember(string scope, string key, string request, string response) =>
        Execute("INSERT INTO idempotency (scope, key_hash, request_hash, response, at) VALUES (@scope, @hash, @requestHash, @response, @at)",
            new { scope, hash = Token.Hash(key), requestHash = RequestHash(scope, key, request), response, at = Now });

    // Keyed by the idempotency key, so that the hash of a low-entropy request (a birth date) cannot be looked up.
    static string RequestHash(string scope, string key, string request) =>
        Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{scope}\n{request}")));

    internal async Task Finish()
    {
        if (_audit.Count > 0) await AuditChain.Append(this, _store.Keys, _audit);
        if (_store.Dialect == Dialect.Postgres)
            foreach (var topic in _wakes.Distinct())
                await Execute("SELECT pg_notify('firstring', @topic)", new { topic });
    }

    /// <summary>From here on nothing can be done in it any more.</summary>
    internal void End() => _over = true;

    sealed record RememberedRow(string RequestHash, string Response);
}

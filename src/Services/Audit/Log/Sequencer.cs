using FirstRing.Contracts;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Log;

/// <summary>
/// Gives each row its place in the log: entries, tiles, size and root in one transaction. One sequencer writes at a time: it holds a lease, and every append shows
/// the lease's fencing token, so that one who was away longer than it thinks cannot write.
/// </summary>
internal sealed partial class Sequencer(LogStore log, LogTrust trust, ILogger<Sequencer> logger) : IDisposable
{
    public const string Grown = "log-grown";
    static readonly long Lease = Micros(TimeSpan.FromSeconds(10)), Renew = Micros(TimeSpan.FromSeconds(5));
    public static readonly long MostSkew = Micros(TimeSpan.FromSeconds(2));

    readonly string _name = Token.New();
    readonly SemaphoreSlim _one = new(1);
    long _token;
    long _until;

    static readonly AuditTaken NotNow = new(0, "not-now");

    sealed class FencedException() : Exception("Another sequencer has taken over.");

    /// <summary>Takes a store's rows that the log has not got yet. The same rows again change nothing.</summary>
    public async Task<AuditTaken> Append(AuditBatch batch, CancellationToken stop)
    {
        if (trust.Doubt is not null) return NotNow;
        await _one.WaitAsync(stop);
        try
        {
            if (!await Holds(stop)) return NotNow;
            if (batch.Rows.Count == 0) return new AuditTaken((await log.Source(batch.Store, stop))?.Counter ?? 0);
            var tenants = batch.Rows.Select(row => row.Entry.Tenant).Distinct().ToList();
            await log.KeysFor(tenants, stop);
            var tags = new List<(string Actor, string? Patient)>(batch.Rows.Count);
            foreach (var (entry, _) in batch.Rows)
                tags.Add((await log.Tag(entry.Tenant, "actor", entry.Actor, stop), entry.Patient is { } patient ? await log.Tag(entry.Tenant, "patient", patient, stop) : null));
            var until = log.Clock.Microseconds() + Lease;
            var (taken, skewed) = await log.Commit(transaction => Append(transaction, batch, tags, until), stop);
            _until = until;
            if (skewed > 0) LogSkew(batch.Store, skewed);
            if (taken.Refused is not null) LogRefused(batch.Store, taken.Counter + 1);
            log.Wakes.Signal(Grown);
            return taken;
        }
        catch (FencedException)
        {
            (_token, _until) = (0, 0);
            return NotNow;
        }
        finally
        {
            _one.Release();
        }
    }

    async Task<bool> Holds(CancellationToken stop)
    {
        var now = log.Clock.Microseconds();
        if (_token > 0 && _until - now > Renew) return true;
        if (await log.TakeLease(_name, now + Lease, stop) is not { } token) return false;
        (_token, _until) = (token, now + Lease);
        return true;
    }

    async Task<(AuditTaken Taken, int Skewed)> Append(Transaction transaction, AuditBatch batch, List<(string Actor, string? Patient)> tags, long until)
    {
        var head = await LogStore.Hold(transaction);
        if (head.Token != _token || head.Holder != _name) throw new FencedException();
        var source = await LogStore.Source(transaction, batch.Store) ?? new LogSource(0, AuditChain.Genesis, 0);
        if (batch.From > source.Counter + 1) return (new AuditTaken(source.Counter, "gap"), 0);
        // Where the batch begins, or with what it brings again, it must be what the log has.
        var known = (int)Math.Min(source.Counter - batch.From + 1, batch.Rows.Count);
        if (known < source.Counter - batch.From + 1) return (new AuditTaken(source.Counter), 0);
        if (!(known == 0 ? batch.Previous : batch.Rows[known - 1].Mac).AsSpan().SequenceEqual(source.Mac)) return (new AuditTaken(source.Counter, "break"), 0);
        if (known == batch.Rows.Count) return (new AuditTaken(source.Counter), 0);

        // The log's own time never runs backwards, whatever the clock does.
        var now = Math.Max(transaction.Now, head.GrownAt);
        var (entries, lastAt) = (new List<LogEntry>(batch.Rows.Count - known), source.At);
        for (var i = known; i < batch.Rows.Count; i++)
        {
            var (entry, counter) = (batch.Rows[i].Entry, batch.From + i);
            var body = new EntryBody(entry.Service, entry.Actor, entry.Role, entry.Subject, entry.Outcome, entry.Patient, entry.Purpose);
            entries.Add(new LogEntry(head.Size + entries.Count, now, entry.At, batch.Store, counter, entry.Tenant, entry.Action, tags[i].Actor, tags[i].Patient,
                SkewOf(entry.At, lastAt, transaction.Now), Seal(transaction, entry.Tenant, $"{batch.Store}/{counter}", body)));
            lastAt = entry.At;
        }
        var tiles = LogStore.TilesIn(transaction);
        await tiles.Append(head.Size, [.. entries.Select(entry => Rfc6962.Leaf(entry.Line()))]);
        var size = head.Size + entries.Count;
        await LogStore.Insert(transaction, entries);
        await LogStore.SaveTiles(transaction, tiles);
        await LogStore.SaveSource(transaction, batch.Store, new LogSource(batch.From + batch.Rows.Count - 1, batch.Rows[^1].Mac, lastAt));
        if (!await LogStore.Grow(transaction, _token, size, await tiles.Root(size), now, until)) throw new FencedException();
        return (new AuditTaken(batch.From + batch.Rows.Count - 1), entries.Count(entry => entry.Skew is not null));
    }

    // Of a clinic whose key was destroyed: that it was done is kept, by whom and on what is not.
    static byte[] Seal(Transaction transaction, string tenant, string row, EntryBody body)
    {
        try { return transaction.SealJson(tenant, LogStore.BodyField, row, body, LogJson.Default.EntryBody); }
        catch (KeysDestroyed) { return []; }
    }

    // Behind a row that the same store wrote before it, or ahead of the log's clock. A row that merely comes late is not out of time.
    static long? SkewOf(long at, long lastAt, long now) =>
        lastAt - at > MostSkew ? at - lastAt : at - now > MostSkew ? at - now : null;

    public void Dispose() => _one.Dispose();

    static long Micros(TimeSpan time) => (long)time.TotalMicroseconds;

    [LoggerMessage(1, LogLevel.Critical, "Audit rows of {Service} do not follow what the log has: refused from {Counter} on")]
    partial void LogRefused(string service, long counter);

    [LoggerMessage(2, LogLevel.Warning, "The clock of {Service} was out by more than two seconds in {Count} audit rows")]
    partial void LogSkew(string service, int count);
}

/// <summary>Whether the log believes in itself. <see cref="Doubt"/> stays for the length of the process: a person must look.</summary>
internal sealed class LogTrust
{
    volatile string? _doubt;

    /// <summary>Why the log takes nothing: <c>behind-witness</c>, <c>forked</c>, <c>tree-broken</c>; null while it is sound.</summary>
    public string? Doubt { get => _doubt; set => _doubt = value; }
}

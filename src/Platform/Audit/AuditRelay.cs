using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Audit;

/// <summary>Carries a batch to the log. Throws where the log does not answer.</summary>
public delegate Task<AuditTaken> AuditCarrier(AuditBatch batch, CancellationToken stop);

/// <summary>
/// Brings a store's audit rows into the log, in the order of their counter, at least once. The rows stay in the store: it is their first home and the log their
/// proof. A gap or a MAC that does not fit is alarmed and nothing after it is sent: then the store falls behind, and beyond the bound its PHI is not opened.
/// </summary>
public sealed partial class AuditRelay(Store store, AuditCarrier carry, bool holdsBack, ILogger<AuditRelay> log) : BackgroundService
{
    /// <summary>The service that keeps the log.</summary>
    public const string Log = "audit";

    public const string Topic = "audit";

    const int Most = 500;
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(2), Gather = TimeSpan.FromMilliseconds(150), Note = TimeSpan.FromSeconds(5), Alarm = TimeSpan.FromMinutes(1),
        Patience = TimeSpan.FromSeconds(15); // a log that starts, or starts again, is nothing to speak of

    // What the log has said that it has; -1 until it has said something.
    long _taken = -1;
    long _noted, _notedAt, _alarmedAt;
    long? _brokenAt, _awaySince;

    sealed record Noted(long Counter, long At);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = store.Wakes.Watch(Topic);
            try
            {
                while (await Deliver(stoppingToken) == Most) { }
                _awaySince = null;
                await Task.Delay(Gather, store.Clock, stoppingToken); // rows of one moment go together
                await ticket.Wait(Idle, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception failure)
            {
                _awaySince ??= store.Clock.Microseconds();
                if (await Measured(stoppingToken) && store.Clock.Microseconds() - _awaySince > (long)Patience.TotalMicroseconds && Due()) LogAway(store.Service, failure.GetType().Name);
                await Task.Delay(Idle, store.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One batch. Returns how many rows the log has taken.</summary>
    public async Task<int> Deliver(CancellationToken stop)
    {
        if (_taken < 0) _taken = (await carry(new AuditBatch(store.Service, 1, AuditChain.Genesis, []), stop)).Counter;
        var rows = await AuditChain.After(store, _taken, Most, stop);
        Measure(rows);
        if (await AuditChain.MacAt(store, _taken, stop) is not { } previous)
        {
            // The log has rows that this store never had, or has no more: what waits cannot even be seen.
            Broken(_taken);
            return 0;
        }
        var sound = AuditChain.CountSound(store, _taken, previous, rows);
        if (sound < rows.Count) Broken(_taken + sound + 1);
        if (sound == 0) return 0;
        var answer = await carry(new AuditBatch(store.Service, _taken + 1, previous, [.. rows.Take(sound).Select(row => new AuditBatchRow(row.Entry, row.Mac))]), stop);
        var before = _taken;
        if (answer.Refused == "not-now") return 0;
        if (answer.Refused is not null) Broken(answer.Counter + 1);
        else if (sound == rows.Count) _brokenAt = null;
        _taken = answer.Counter;
        var taken = (int)Math.Clamp(_taken - before, 0, sound);
        Measure(rows[taken..]);
        await Remember(stop);
        return taken;
    }

    void Measure(List<ChainedEntry> waiting) => store.Lag.Oldest = holdsBack ? waiting.Count > 0 ? waiting[0].Entry.At : _brokenAt : null;

    // Where the log does not answer: what waits is judged by what it last had.
    async Task<bool> Measured(CancellationToken stop)
    {
        try
        {
            var taken = _taken >= 0 ? _taken : (await store.ReadOne<Noted>("SELECT counter AS Counter, at AS At FROM audit_relayed WHERE id = 1", null, stop))?.Counter ?? 0;
            Measure(await AuditChain.After(store, taken, 1, stop));
            return true;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            LogUnread(store.Service, failure.GetType().Name);
            return false;
        }
        catch (OperationCanceledException) { return false; }
    }

    // Now and then: it only serves a start at which the log does not answer.
    async Task Remember(CancellationToken stop)
    {
        var now = store.Clock.Microseconds();
        if (_noted == _taken || now - _notedAt < (long)Note.TotalMicroseconds) return;
        await store.Commit(Caller.System(store.Service), transaction => transaction.Execute(
            "INSERT INTO audit_relayed (id, counter, at) VALUES (1, @counter, @now) ON CONFLICT (id) DO UPDATE SET counter = excluded.counter, at = excluded.at",
            new { counter = _taken, now }), stop);
        (_noted, _notedAt) = (_taken, now);
    }

    void Broken(long counter)
    {
        store.Lag.Oldest ??= holdsBack ? _brokenAt ??= store.Clock.Microseconds() : null;
        if (Due()) LogBroken(store.Service, counter);
    }

    // An alarm a minute, for as long as it lasts.
    bool Due()
    {
        var now = store.Clock.Microseconds();
        if (_alarmedAt != 0 && now - _alarmedAt < (long)Alarm.TotalMicroseconds) return false;
        _alarmedAt = now;
        return true;
    }

    [LoggerMessage(1, LogLevel.Critical, "The audit chain of {Service} is broken at {Counter}: a row is missing, altered or not the one the log has")]
    partial void LogBroken(string service, long counter);

    [LoggerMessage(2, LogLevel.Warning, "Audit rows of {Service} wait: the log does not answer ({Failure})")]
    partial void LogAway(string service, string failure);

    [LoggerMessage(3, LogLevel.Error, "The audit rows of {Service} could not be read: {Failure}")]
    partial void LogUnread(string service, string failure);
}

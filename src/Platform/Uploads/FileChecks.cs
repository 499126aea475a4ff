using System.Net.Sockets;
using System.Security.Cryptography;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Uploads;

/// <summary>What a service does when a file of its may be seen by others, in the transaction that says so.</summary>
public delegate Task FileReleased(Transaction transaction, StoredFile file);

/// <summary>
/// Has files looked at by the scanner, as they came, until there is a verdict: clean, and the service is told; infected, and it is deleted. A scanner that does not
/// answer leaves them waiting and is asked again. Also sweeps what no row speaks of: left by a death between the disk and the commit.
/// </summary>
public sealed partial class FileChecks(Store store, Uploads uploads, Clamd? scanner, FileReleased released, ILogger<FileChecks> log) : BackgroundService
{
    /// <summary>For so long a file without a row may be one whose row is on its way, or one that a running backup has still to copy.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    const int MostMissing = 10, Looked = 500;
    static readonly TimeSpan Idle = TimeSpan.FromSeconds(30), Soonest = TimeSpan.FromMilliseconds(50), Lease = TimeSpan.FromMinutes(2), First = TimeSpan.FromSeconds(2), Slowest = TimeSpan.FromMinutes(1),
        SweepEvery = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var sweepAt = store.Clock.GetUtcNow() + TimeSpan.FromMinutes(5); // not while everything starts
        while (!stoppingToken.IsCancellationRequested)
        {
            using var ticket = store.Wakes.Watch(FileTable.Topic);
            try
            {
                while (await CheckDue(stoppingToken) > 0) { }
                if (store.Clock.GetUtcNow() >= sweepAt)
                {
                    sweepAt = store.Clock.GetUtcNow() + SweepEvery;
                    await Sweep(stoppingToken);
                }
                await ticket.Wait(Rest(await FileTable.NextDue(store, stoppingToken)), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { break; }
            catch (Exception failure)
            {
                LogFailed(store.Service, failure.GetType().Name);
                await Task.Delay(First, store.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    TimeSpan Rest(long? due) => due is { } at
        ? TimeSpan.FromMicroseconds(Math.Clamp(at - store.Clock.Microseconds(), (long)Soonest.TotalMicroseconds, (long)Idle.TotalMicroseconds))
        : Idle;

    /// <summary>One round. Returns how many got a verdict.</summary>
    public async Task<int> CheckDue(CancellationToken stop)
    {
        var settled = 0;
        foreach (var row in await FileTable.Claim(store, Lease, stop)) settled += await Check(row, stop) ? 1 : 0;
        return settled;
    }

    async Task<bool> Check(FileTable.Row row, CancellationToken stop)
    {
        string? state;
        try { state = await Look(row, stop); }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            LogAway(store.Service, failure.GetType().Name);
            state = null;
        }
        catch (KeysDestroyed) { state = FileTable.Lost; }
        var caller = Caller.System(store.Service, row.Tenant);
        if (state is null)
        {
            await store.Commit(caller, transaction => FileTable.Again(transaction, row, Delay(row.Tries)), CancellationToken.None);
            return false;
        }
        await store.Commit(caller, async transaction =>
        {
            if (!await FileTable.Settle(transaction, row, state)) return false;
            transaction.Audit("check-file", row.Id, state == FileTable.Ready ? "ok" : state);
            if (state == FileTable.Ready) await released(transaction, row.File with { State = state });
            return true;
        }, CancellationToken.None);
        uploads.Blobs.Delete(row.FileId, raw: true);
        if (state == FileTable.Infected) uploads.Blobs.Delete(row.FileId, raw: false);
        return true;
    }

    // The verdict's state; null where there is none yet.
    async Task<string?> Look(FileTable.Row row, CancellationToken stop)
    {
        if (scanner is null) return FileTable.Ready; // the operator took the scanner away: what was encoded anew is what is trusted
        var secret = await store.Commit(Caller.System(store.Service, row.Tenant), transaction =>
        {
            transaction.Audit("scan-file", row.Id);
            return Task.FromResult(FileTable.Open(transaction, row).Secret);
        }, stop);
        byte[]? content;
        try { content = uploads.Blobs.Open(row.FileId, raw: true, row.Tenant, secret); }
        catch (CryptographicException) { return FileTable.Lost; }
        if (content is null) return row.Tries >= MostMissing ? FileTable.Lost : null;
        return await scanner.IsClean(content, stop) ? FileTable.Ready : FileTable.Infected;
    }

    /// <summary>Deletes files older than <see cref="Kept"/> that no row speaks of. Returns how many.</summary>
    public async Task<int> Sweep(CancellationToken stop)
    {
        var swept = 0;
        foreach (var some in uploads.Blobs.Before(store.Clock.GetUtcNow() - Kept).Chunk(Looked))
        {
            var states = await FileTable.States(store, [.. some.Select(file => file.Id.ToString()).Distinct()], stop);
            foreach (var (id, raw) in some)
            {
                var state = states.GetValueOrDefault(id.ToString());
                if (state == FileTable.Checking || state == FileTable.Ready && !raw) continue;
                uploads.Blobs.Delete(id, raw);
                swept++;
            }
        }
        return swept;
    }

    static TimeSpan Delay(long tries) => TimeSpan.FromTicks(Math.Min(Slowest.Ticks, First.Ticks << (int)Math.Min(tries - 1, 5)));

    [LoggerMessage(1, LogLevel.Error, "Files of {Service} could not be checked: {Failure}")]
    partial void LogFailed(string service, string failure);

    [LoggerMessage(2, LogLevel.Warning, "The file scanner of {Service} does not answer: {Failure}")]
    partial void LogAway(string service, string failure);
}

using System.Data.Common;
using System.Threading.Channels;
using FirstRing.Platform.Http;

namespace FirstRing.Platform.Storage;

/// <summary>The one writer of a SQLite store. It takes whatever waits (at most 100), runs each in a savepoint, and commits them with one sync.</summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    const int Waiting = 4096, Group = 100;

    readonly Store _store;
    readonly Func<DbConnection> _open;
    readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    readonly Task _loop;

    abstract class Job(Caller caller)
    {
        public Caller Caller => caller;
        public required CancellationToken Stop { get; init; }
        public IReadOnlyList<string> Wakes { get; set; } = [];
        public Exception? Failure { get; set; }
        public abstract Task Run(Transaction transaction);
        public abstract void Complete();
    }

    sealed class Job<T>(Caller caller, Func<Transaction, Task<T>> work) : Job(caller)
    {
        readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T? _result;
        public Task<T> Done => _done.Task;
        public override async Task Run(Transaction transaction) => _result = await work(transaction);
        public override void Complete()
        {
            if (Failure is OperationCanceledException cancelled) _done.TrySetCanceled(cancelled.CancellationToken);
            else if (Failure is not null) _done.TrySetException(Failure);
            else _done.TrySetResult(_result!);
        }
    }

    public SqliteWriter(Store store, Func<DbConnection> open)
    {
        (_store, _open) = (store, open);
        _loop = Task.Factory.StartNew(Loop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    public async Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop)
    {
        var job = new Job<T>(caller, work) { Stop = stop };
        await _jobs.Writer.WriteAsync(job, stop);
        return await job.Done;
    }

    async Task Loop()
    {
        DbConnection? connection = null;
        var group = new List<Job>(Group);
        while (await _jobs.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < Group && _jobs.Reader.TryRead(out var job)) group.Add(job);
            try
            {
                connection ??= _open();
                await RunGroup(connection, group);
            }
            catch (Exception failure)
            {
                // The group's commit failed: nothing of it is on disk. A connection in doubt is not used again.
                foreach (var job in group) job.Failure ??= failure;
                await Close(connection);
                connection = null;
            }
            foreach (var job in group)
            {
                if (job.Failure is null) foreach (var topic in job.Wakes) _store.Wakes.Signal(topic);
                job.Complete();
            }
        }
        await Close(connection);
    }

    // Whatever closing says, the loop goes on: if it ended, every later commit would wait for ever.
    static async Task Close(DbConnection? connection)
    {
        try { if (connection is not null) await connection.DisposeAsync(); }
        catch (Exception) when (connection is not null) { }
    }

    async Task RunGroup(DbConnection connection, List<Job> group)
    {
        await using var inner = await connection.BeginTransactionAsync();
        foreach (var job in group)
        {
            if (job.Stop.IsCancellationRequested)
            {
                job.Failure = new OperationCanceledException(job.Stop);
                continue;
            }
            await inner.SaveAsync("job");
            var transaction = new Transaction(_store, job.Caller, connection, inner);
            try
            {
                await job.Run(transaction);
                await transaction.Finish();
                transaction.End();
                await inner.ReleaseAsync("job");
                job.Wakes = transaction.Audited ? [.. transaction.Wakes, Audit.AuditRelay.Topic] : transaction.Wakes;
            }
            catch (Exception failure)
            {
                job.Failure = failure;
                transaction.End();
                await inner.RollbackAsync("job");
                await inner.ReleaseAsync("job");
            }
        }
        await inner.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _jobs.Writer.TryComplete();
        await _loop;
    }
}

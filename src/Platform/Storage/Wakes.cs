using System.Collections.Concurrent;
using Npgsql;

namespace FirstRing.Platform.Storage;

/// <summary>
/// Tells waiters that something was committed under a topic: in process on SQLite, by LISTEN/NOTIFY on PostgreSQL. A wake may be spurious and a
/// waiter must look again by itself now and then; it is a hint, never the record.
/// </summary>
public sealed class Wakes : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, Topic> _topics = new();
    static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);
    readonly CancellationTokenSource _stop = new();
    Task _listening = Task.CompletedTask;

    sealed class Topic
    {
        public int Waiters;
        public TaskCompletionSource Next = New();
        public static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Take the ticket BEFORE reading the store, then wait on it: a commit in between is not missed.</summary>
    public Ticket Watch(string topic)
    {
        while (true)
        {
            var entry = _topics.GetOrAdd(topic, _ => new Topic());
            lock (entry)
            {
                if (entry.Waiters < 0) continue; // being removed
                entry.Waiters++;
                return new Ticket(this, topic, entry.Next.Task);
            }
        }
    }

    public void Signal(string topic)
    {
        if (!_topics.TryGetValue(topic, out var entry)) return;
        TaskCompletionSource ready;
        lock (entry)
        {
            ready = entry.Next;
            entry.Next = Topic.New();
        }
        ready.TrySetResult();
    }

    void SignalAll()
    {
        foreach (var topic in _topics.Keys) Signal(topic);
    }

    void Leave(string topic)
    {
        if (!_topics.TryGetValue(topic, out var entry)) return;
        lock (entry)
        {
            if (--entry.Waiters > 0) return;
            entry.Waiters = -1;
            _topics.TryRemove(topic, out _);
        }
    }

    internal async Task Listen(NpgsqlDataSource source, CancellationToken stop)
    {
        var connection = await Subscribe(source, stop);
        _listening = Loop(source, connection);
    }

    async Task<NpgsqlConnection> Subscribe(NpgsqlDataSource source, CancellationToken stop)
    {
        var connection = await source.OpenConnectionAsync(stop);
        try
        {
            connection.Notification += (_, notification) => Signal(notification.Payload);
            await using var listen = new NpgsqlCommand("LISTEN firstring", connection);
            await listen.ExecuteNonQueryAsync(stop);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    async Task Loop(NpgsqlDataSource source, NpgsqlConnection? connection)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (connection is null)
                {
                    connection = await Subscribe(source, _stop.Token);
                    SignalAll(); // what was notified while nobody listened is unknown, so everyone looks again
                }
                await connection.WaitAsync(_stop.Token);
            }
            catch (Exception)
            {
                if (connection is not null) await connection.DisposeAsync();
                connection = null;
                await Task.Delay(Again, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        if (connection is not null) await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }

    /// <summary>One waiter's hold on a topic. A class: a copy that was disposed of twice would let go of another waiter's hold.</summary>
    public sealed class Ticket(Wakes owner, string topic, Task next) : IDisposable
    {
        int _left;

        /// <summary>True when woken, false when <paramref name="atMost"/> has passed.</summary>
        public async Task<bool> Wait(TimeSpan atMost, CancellationToken stop)
        {
            try
            {
                await next.WaitAsync(atMost, stop);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) owner.Leave(topic);
        }
    }
}

using System.Collections.Concurrent;
using System.Threading.Channels;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace FirstRing.Tests.Platform.Audit;

/// <summary>What goes to the log, what the store concludes from its answers, and when somebody is told.</summary>
public sealed class Relaying : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(1);

    readonly ConcurrentBag<string> _log = [];
    readonly ILoggerFactory _logs;
    readonly List<AuditBatch> _carried = [];
    AuditTaken? _answer;
    long _has;
    bool _away;

    public Relaying() => _logs = LoggerFactory.Create(logging => logging.AddProvider(new Recorder(_log)));

    Task<AuditTaken> Carry(AuditBatch batch, CancellationToken stop)
    {
        lock (_carried) _carried.Add(batch);
        if (_away) throw new HttpRequestException("of somebody");
        return Task.FromResult(_answer ?? new AuditTaken(_has = Math.Max(_has, batch.From + batch.Rows.Count - 1)));
    }

    AuditRelay Over(Store store, bool holdsBack = true) => new(store, Carry, holdsBack, _logs.CreateLogger<AuditRelay>());

    static Task Write(Store store, int count = 1) => store.Commit(Sample.Clinic, transaction =>
    {
        for (var row = 0; row < count; row++) transaction.Audit("sample.read", $"row_{row}");
        return Task.FromResult(0);
    }, Never);

    static Task<int> Sql(Store store, string statement) => store.Commit(Sample.Clinic, transaction => transaction.Execute(statement), Never);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_store_is_behind_when_its_oldest_row_has_waited_longer_than_the_bound(int more, bool isBehind)
    {
        var clock = new FakeTimeProvider(TestStore.Start);
        var lag = new AuditLag(clock);
        Assert.Null(lag.Oldest);
        lag.Oldest = clock.Microseconds();
        Assert.Equal(clock.Microseconds(), lag.Oldest);
        clock.Advance(AuditLag.Bound + more * Tick);
        Assert.Equal(isBehind, lag.IsBehind);
        if (isBehind) Assert.Throws<AuditBehindException>(lag.Check);
        else lag.Check();
        lag.Oldest = null;
        Assert.False(lag.IsBehind);
        lag.Check();
    }

    [Fact]
    public async Task It_asks_what_the_log_has_and_brings_what_follows_it_five_hundred_at_a_time()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store, 1_103);
        (_answer, _has) = (new AuditTaken(2), 2);
        using var relay = Over(test.Store);
        Assert.Equal(0, await relay.Deliver(Never)); // the log says of these what it said: it has two
        Assert.Equal(("sample", 1, 0), (_carried[0].Store, _carried[0].From, _carried[0].Rows.Count));
        Assert.Equal(AuditChain.Genesis, _carried[0].Previous);
        _answer = null;
        Assert.Equal(500, await relay.Deliver(Never));
        Assert.Equal(500, await relay.Deliver(Never));
        Assert.Equal(101, await relay.Deliver(Never));
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal([(3, 500), (3, 500), (503, 500), (1_003, 101)], _carried[1..].Select(batch => ((int)batch.From, batch.Rows.Count)));
        foreach (var batch in _carried[1..]) Assert.Equal(await AuditChain.MacAt(test.Store, batch.From - 1, Never), batch.Previous);
        var rows = await AuditChain.After(test.Store, 1_002, 500, Never);
        Assert.Equal(rows.Select(row => row.Entry), _carried[^1].Rows.Select(row => row.Entry));
        Assert.Equal(rows.Select(row => Convert.ToHexString(row.Mac)), _carried[^1].Rows.Select(row => Convert.ToHexString(row.Mac)));
    }

    [Fact]
    public async Task The_oldest_row_that_the_log_has_not_is_what_the_store_waits_for()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        var first = test.Clock.Microseconds();
        await Write(test.Store);
        test.Clock.Advance(TimeSpan.FromSeconds(3));
        await Write(test.Store);
        using var relay = Over(test.Store);
        _answer = new AuditTaken(0, "not-now");
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal(first, test.Store.Lag.Oldest);
        Assert.Empty(_log); // that another node writes is nothing to speak of
        _answer = new AuditTaken(1); // half of it
        Assert.Equal(1, await relay.Deliver(Never));
        Assert.Equal(test.Clock.Microseconds(), test.Store.Lag.Oldest);
        _answer = null;
        Assert.Equal(1, await relay.Deliver(Never));
        Assert.Null(test.Store.Lag.Oldest);
    }

    [Fact]
    public async Task A_log_that_has_less_than_it_had_gets_it_again()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store, 5);
        using var relay = Over(test.Store);
        Assert.Equal(5, await relay.Deliver(Never));
        await Write(test.Store);
        _answer = new AuditTaken(2, "gap");
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal("The audit chain of sample is broken at 3: a row is missing, altered or not the one the log has", Assert.Single(_log).Trim());
        _answer = null;
        Assert.Equal(4, await relay.Deliver(Never));
        Assert.Null(test.Store.Lag.Oldest);
    }

    [Fact]
    public async Task A_broken_chain_holds_the_store_back_is_alarmed_once_a_minute_and_is_over_when_it_is_whole()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store, 3);
        var mac = Convert.ToHexString((await AuditChain.MacAt(test.Store, 2, Never))!);
        await Sql(test.Store, "UPDATE audit_outbox SET mac = zeroblob(32) WHERE counter = 2");
        using var relay = Over(test.Store);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        var began = test.Clock.Microseconds();
        Assert.Equal(1, await relay.Deliver(Never));
        Assert.Equal("row_0", Assert.Single(_carried[^1].Rows).Entry.Subject); // what is sound goes
        Assert.Single(_log, line => line.Trim() == "The audit chain of sample is broken at 2: a row is missing, altered or not the one the log has");
        test.Clock.Advance(TimeSpan.FromMinutes(1) - Tick);
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Single(_log);
        test.Clock.Advance(Tick);
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal(2, _log.Count);
        Assert.Equal(began - 1_000_000, test.Store.Lag.Oldest);

        await Sql(test.Store, $"UPDATE audit_outbox SET mac = x'{mac}' WHERE counter = 2");
        Assert.Equal(2, await relay.Deliver(Never));
        Assert.Null(test.Store.Lag.Oldest);
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Null(test.Store.Lag.Oldest);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_has_less_than_the_log_is_alarmed_and_behind_from_that_moment(bool holdsBack)
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store);
        _has = 9;
        _answer = new AuditTaken(9);
        using var relay = Over(test.Store, holdsBack);
        test.Clock.Advance(TimeSpan.FromSeconds(5));
        var began = test.Clock.Microseconds();
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal("The audit chain of sample is broken at 9: a row is missing, altered or not the one the log has", Assert.Single(_log).Trim());
        Assert.Equal(holdsBack ? began : null, test.Store.Lag.Oldest);
        test.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, await relay.Deliver(Never));
        Assert.Equal(holdsBack ? began : null, test.Store.Lag.Oldest); // and not from the last look
        Assert.Single(_carried); // nothing went
    }

    [Fact]
    public async Task How_far_the_log_was_is_noted_every_five_seconds_for_a_start_at_which_it_is_away()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        using var relay = Over(test.Store);
        Task<long?> Noted() => test.Store.ReadOne<long?>("SELECT counter FROM audit_relayed WHERE id = 1", null, Never);
        await Write(test.Store);
        await relay.Deliver(Never);
        Assert.Equal(1, await Noted());
        await Write(test.Store);
        test.Clock.Advance(TimeSpan.FromSeconds(5) - Tick);
        await relay.Deliver(Never);
        Assert.Equal(1, await Noted());
        await Write(test.Store);
        test.Clock.Advance(Tick);
        await relay.Deliver(Never);
        Assert.Equal(3, await Noted());
        Assert.Equal(test.Clock.Microseconds(), await test.Store.ReadOne<long>("SELECT at FROM audit_relayed WHERE id = 1", null, Never));
    }

    [Fact]
    public async Task An_absence_of_the_log_is_said_after_fifteen_seconds_and_once_a_minute_until_it_is_over()
    {
        var clock = new Timers();
        await using var test = await Sample.Open(Dialect.Sqlite, clock);
        _away = true;
        await Write(test.Store);
        using var relay = Over(test.Store);
        await relay.StartAsync(Never);
        async Task Step(double seconds = 2)
        {
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await clock.Waits();
        }
        await clock.Waits();
        await Step(3);
        for (var second = 3; second < 15; second += 2) await Step();
        Assert.Empty(_log);
        await Step();
        Assert.Equal("Audit rows of sample wait: the log does not answer (HttpRequestException)", Assert.Single(_log).Trim());
        for (var second = 2; second < 60; second += 2) await Step();
        Assert.Single(_log);
        await Step();
        Assert.Equal(2, _log.Count);

        // An answer, and the patience begins anew.
        _away = false;
        await Step();
        Assert.Null(test.Store.Lag.Oldest);
        _away = true;
        clock.Advance(TimeSpan.FromMinutes(5));
        await Write(test.Store);
        await clock.Waits();
        await Step();
        Assert.Equal(2, _log.Count);
        Assert.Equal(1, _has);
        await relay.StopAsync(Never);
    }

    [Fact]
    public async Task While_the_log_is_away_what_waits_is_counted_from_what_it_last_had()
    {
        var clock = new Timers();
        await using var test = await Sample.Open(Dialect.Sqlite, clock);
        var first = clock.Microseconds();
        await Write(test.Store);
        _away = true;
        Assert.Equal(first, await Waiting(Over(test.Store))); // nothing is known of it
        _away = false;
        await Over(test.Store).Deliver(Never); // and it is noted
        clock.Advance(TimeSpan.FromSeconds(7));
        var second = clock.Microseconds();
        await Write(test.Store);
        _away = true;
        Assert.Equal(second, await Waiting(Over(test.Store))); // by one that begins anew
        var knows = Over(test.Store);
        _away = false;
        await knows.Deliver(Never);
        clock.Advance(TimeSpan.FromSeconds(1)); // too soon to be noted
        var third = clock.Microseconds();
        await Write(test.Store);
        await Sql(test.Store, "DELETE FROM audit_relayed");
        _away = true;
        Assert.Equal(third, await Waiting(knows)); // by one that was told itself

        async Task<long?> Waiting(AuditRelay relay)
        {
            test.Store.Lag.Oldest = null;
            await relay.StartAsync(Never);
            await clock.Waits();
            await relay.StopAsync(Never);
            relay.Dispose();
            return test.Store.Lag.Oldest;
        }
    }

    // Says when somebody begins to wait by it.
    sealed class Timers() : FakeTimeProvider(TestStore.Start)
    {
        readonly Channel<TimeSpan> _begun = Channel.CreateUnbounded<TimeSpan>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            // Between two looks: after an answer, and without one.
            if (dueTime == TimeSpan.FromMilliseconds(150) || dueTime == TimeSpan.FromSeconds(2)) _begun.Writer.TryWrite(dueTime);
            return timer;
        }

        public Task Waits() => _begun.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_said_and_gone_on_with_when_they_can()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        await Write(test.Store);
        await Sql(test.Store, "ALTER TABLE audit_outbox RENAME TO away");
        using var relay = Over(test.Store);
        await relay.StartAsync(Never);
        await Eventually.True("it is said", () => Task.FromResult(_log.Any(line => line.Trim() == "The audit rows of sample could not be read: SqliteException")));
        await Sql(test.Store, "ALTER TABLE away RENAME TO audit_outbox");
        await Eventually.True("the log has it", () =>
        {
            test.Clock.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(_has == 1);
        });
        await relay.StopAsync(Never);
    }

    public void Dispose() => _logs.Dispose();
}

using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Platform.Audit;

/// <summary>No durable record, no PHI: what a store does while the log does not take its rows.</summary>
public sealed class Behind
{
    static readonly CancellationToken Never = CancellationToken.None;

    sealed class Log
    {
        public bool Away { get; set; } = true;
        public long Taken { get; private set; }
        public Task<AuditTaken> Take(AuditBatch batch, CancellationToken stop)
        {
            if (Away) throw new HttpRequestException();
            return Task.FromResult(new AuditTaken(Taken = Math.Max(Taken, batch.From + batch.Rows.Count - 1)));
        }
    }

    static AuditRelay Relay(Store store, Log log, bool holdsBack = true) => new(store, log.Take, holdsBack, NullLogger<AuditRelay>.Instance);

    static Task<byte[]> Phi(Store store) => store.Commit(Sample.Clinic, transaction =>
    {
        transaction.Audit("sample.read", "row", patient: "pat_1");
        return Task.FromResult(transaction.Open("ten_1", "sample.field", "row", transaction.Seal("ten_1", "sample.field", "row", Sample.Secret)));
    }, Never);

    // The relay waits by the test's clock.
    static Task Comes(TestStore test, string what, Func<bool> look) => Eventually.True(what, () =>
    {
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        return Task.FromResult(look());
    });

    [Theory, BothDialects]
    public async Task A_short_absence_of_the_log_harms_nothing_and_a_long_one_stops_phi_until_it_is_back(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var (store, log) = (test.Store, new Log());
        using var relay = Relay(store, log);
        await relay.StartAsync(Never);
        await Phi(store);
        await Comes(test, "the relay sees that a row waits", () => store.Lag.Oldest is not null);
        test.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Sample.Secret, await Phi(store));

        test.Clock.Advance(AuditLag.Bound);
        var rows = await store.Count("audit_outbox");
        await Assert.ThrowsAsync<AuditBehindException>(() => Phi(store));
        Assert.Equal(rows, await store.Count("audit_outbox"));
        // What is no PHI goes on: a call that is open stays open.
        await store.Commit(Sample.Clinic, transaction => { transaction.Audit("call.end", "call_1"); return Task.FromResult(0); }, Never);

        log.Away = false;
        await Comes(test, "the log has caught up", () => !store.Lag.IsBehind);
        Assert.Equal(Sample.Secret, await Phi(store));
        await Comes(test, "every row is there", () => log.Taken == 4);
        await relay.StopAsync(Never);
    }

    [Theory, BothDialects]
    public async Task A_start_while_the_log_is_away_does_not_forget_how_far_behind_it_was(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var log = new Log { Away = false };
        await Phi(test.Store);
        Assert.Equal(1, await Relay(test.Store, log).Deliver(Never));
        log.Away = true;
        test.Clock.Advance(TimeSpan.FromMinutes(1));
        await Phi(test.Store);
        test.Clock.Advance(AuditLag.Bound);
        await test.Reopen();
        using var relay = Relay(test.Store, log);
        await relay.StartAsync(Never);
        await Comes(test, "the store knows that it is behind", () => test.Store.Lag.IsBehind);
        await Assert.ThrowsAsync<AuditBehindException>(() => Phi(test.Store));
        await relay.StopAsync(Never);
    }

    [Fact]
    public async Task The_log_itself_is_never_held_back_or_it_could_not_catch_up()
    {
        await using var test = await Sample.Open(Dialect.Sqlite);
        using var relay = Relay(test.Store, new Log(), holdsBack: false);
        await relay.StartAsync(Never);
        await Phi(test.Store);
        for (var i = 0; i < 5; i++) test.Clock.Advance(TimeSpan.FromMinutes(5));
        await Phi(test.Store);
        Assert.False(test.Store.Lag.IsBehind);
        await relay.StopAsync(Never);
    }
}

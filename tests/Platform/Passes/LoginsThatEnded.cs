using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Passes;

public sealed class LoginsThatEnded
{
    static readonly CancellationToken Stop = CancellationToken.None;

    [Theory, BothDialects]
    public async Task An_ended_login_is_known_until_no_pass_can_be_under_it(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        await test.Store.Commit(Sample.Clinic, async transaction =>
        {
            Assert.False(await EndedLogins.Has(transaction, "lgn_1"));
            await EndedLogins.Note(transaction, "lgn_1");
            Assert.True(await EndedLogins.Has(transaction, "lgn_1"));
            return true;
        }, Stop);
        Assert.True(await EndedLogins.Has(test.Store, "lgn_1", Stop));
        Assert.False(await EndedLogins.Has(test.Store, "lgn_2", Stop));

        var ended = Instant.Microseconds(test.Clock.GetUtcNow().UtcDateTime);
        Assert.Equal(["lgn_1"], await EndedLogins.Since(test.Store, ended, Stop));
        Assert.Empty(await EndedLogins.Since(test.Store, ended + 1, Stop));

        test.Clock.Advance(2 * EndedLogins.LongestPass);
        await End(test.Store, "lgn_2");
        Assert.True(await EndedLogins.Has(test.Store, "lgn_1", Stop));
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await End(test.Store, "lgn_3");
        Assert.False(await EndedLogins.Has(test.Store, "lgn_1", Stop));
        Assert.True(await EndedLogins.Has(test.Store, "lgn_2", Stop));
    }

    [Theory, BothDialects]
    public async Task The_event_is_taken_once_and_wakes_who_waits(Dialect dialect)
    {
        await using var test = await Sample.Open(dialect);
        var @event = new OutboxWire(Guid.Parse("0194a000-0000-7000-8000-000000000001"), "identity.LoginEnded", "ten_1", 0, default);
        using (var ticket = test.Store.Wakes.Watch(EndedLogins.Topic))
        {
            await EndedLogins.Take(test.Store, @event, "lgn_1", Stop);
            Assert.True(await ticket.Wait(TimeSpan.FromSeconds(30), Stop));
        }
        await EndedLogins.Take(test.Store, @event, "lgn_9", Stop);
        Assert.Equal(["lgn_1"], await EndedLogins.Since(test.Store, 0, Stop));
        Assert.False(await EndedLogins.Has(test.Store, "lgn_9", Stop));
    }

    static Task<bool> End(Store store, string login) => store.Commit(Sample.Clinic, async transaction =>
    {
        await EndedLogins.Note(transaction, login);
        return true;
    }, Stop);
}

using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Tests.Rtc.Turn;

public sealed class QuotaTests
{
    [Fact]
    public void A_credential_has_four_allocations_and_a_participant_twelve_and_one_that_ends_makes_room()
    {
        var relay = new Relay();
        ushort port = 1;
        for (var generation = 1; generation <= 3; generation++)
        {
            for (var i = 0; i < 4; i++) relay.Allocated(Relay.Page with { Port = port++ }, Relay.Someone(generation));
            Assert.Equal(486, Refused(relay, port, generation));
        }
        Assert.Equal(486, Refused(relay, port, 4));
        Assert.Equal(0, Refused(relay, port, 1, participant: 2));
        relay.Server.ClientGone(Relay.Page with { Port = 1 });
        Assert.Equal(0, Refused(relay, (ushort)(port + 1), 4));
        Assert.Equal(13, relay.Server.Counters.Allocations);
    }

    [Fact]
    public void All_together_have_no_more_than_the_relay_gives()
    {
        var relay = new Relay(new TurnLimits { InAll = 3 });
        for (byte i = 1; i <= 3; i++) relay.Allocated(Relay.Page with { Port = i }, Relay.Someone(participant: i));
        Assert.Equal(508, Refused(relay, 4, 1, participant: 4));
        Assert.Equal(3, relay.Server.Counters.Allocations);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_allocation_carries_its_rate_each_way_and_no_more(bool up)
    {
        var relay = new Relay(new TurnLimits { BitsPerSecond = 800_000 });
        var client = relay.Allocated();
        Assert.Equal(0, relay.Ask(client, client.Bind(0x4000, Relay.First)));
        Assert.True(relay.Take(TurnClient.ByChannel(0x4000, [1])));
        var (path, datagram) = (relay.Path, new byte[1000]);
        var carried = 0;
        for (var i = 0; i < 10_000; i++) // ten seconds of eight million bits each
        {
            relay.Now += 1000;
            relay.Server.Advance(relay.Now);
            carried += up ? relay.Take(TurnClient.ByChannel(0x4000, datagram)) ? 1 : 0 : relay.Down(datagram, path, out _) is null ? 0 : 1;
        }
        Assert.InRange(carried, 900, 1000 + 270);
        Assert.Equal(10_000 - carried, relay.Server.Counters.OverRate);
        // The other way, and anybody else, has its own.
        Assert.Equal(up, relay.Down(datagram, path, out _) is not null);
        Assert.Equal(!up, relay.Take(TurnClient.ByChannel(0x4000, datagram)));
    }

    static int Refused(Relay relay, ushort port, int generation, byte participant = 1)
    {
        relay.Now += 1_000_000;
        var client = relay.Challenged(Relay.Page with { Port = port }, Relay.Someone(generation, participant));
        return relay.Ask(client, client.Allocate(), Relay.Page with { Port = port });
    }
}

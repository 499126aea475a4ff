using System.Net;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Tests.Rtc.Turn;

public sealed class AllocationTests
{
    readonly Relay _relay = new();

    [Fact]
    public void A_client_with_a_credential_gets_an_address_that_no_socket_has()
    {
        var client = _relay.Challenged();
        Assert.False(_relay.Server.Owns(Relay.Page));
        Assert.Equal(0, _relay.Ask(client, client.Allocate()));
        Assert.True(_relay.Server.Owns(Relay.Page));
        var relayed = TurnClient.Address(_relay.Last, StunAttribute.XorRelayedAddress);
        Assert.Equal(Relay.First.Address, relayed.Address);
        Assert.InRange(relayed.Port, 49_152, 65_535);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("192.0.2.5"), 40_000), TurnClient.Address(_relay.Last, StunAttribute.XorMappedAddress));
        Assert.Equal(600u, Lifetime());
        Assert.Equal((1, 1L), (_relay.Server.Counters.Allocations, _relay.Server.Counters.Made));
    }

    [Fact]
    public void What_the_client_sends_comes_from_its_allocation_and_what_is_sent_there_reaches_it_as_an_indication()
    {
        var client = _relay.Allocated();
        Assert.Equal(0, _relay.Ask(client, client.Permit(Relay.First)));
        Assert.True(_relay.Take(client.Send(Relay.First, [1, 2, 3, 4, 5])));
        Assert.Equal([1, 2, 3, 4, 5], _relay.Inner);
        Assert.True(_relay.Path is { IsRelayed: true, IsTcp: false, Local: 0 });

        var down = _relay.Down([9, 8, 7], _relay.Path, out var to)!;
        Assert.Equal(Relay.Page, to);
        Assert.Equal([9, 8, 7], TurnClient.Unwrap(down));
        Assert.Equal(Relay.First, TurnClient.Address(down, StunAttribute.XorPeerAddress));
        Assert.True(_relay.Server.TryFindClient(_relay.Path, out var owner) && owner == Relay.Page);
    }

    [Fact]
    public void By_a_channel_it_is_four_bytes_more_both_ways()
    {
        var client = _relay.Allocated();
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4001, Relay.Second)));
        Assert.True(_relay.Take(TurnClient.ByChannel(0x4001, [7, 7, 7])));
        Assert.Equal([7, 7, 7], _relay.Inner);
        Assert.Equal(1, _relay.Path.Local);
        Assert.Equal([0x40, 1, 0, 2, 5, 6], _relay.Down([5, 6], _relay.Path, out _)!);
        Assert.True(_relay.Take([.. TurnClient.ByChannel(0x4001, [7]), 0, 0, 0])); // filled up, as some do by UDP too
        Assert.Equal([7], _relay.Inner);
        Assert.False(_relay.Take([0x40, 1, 0, 9, 1, 2])); // less than it says
        Assert.False(_relay.Take(TurnClient.ByChannel(0x4002, [7])));
        Assert.False(_relay.Take(TurnClient.ByChannel(0x4001, [7]), Relay.Page with { Port = 1 }));
    }

    [Fact]
    public void A_channel_is_one_peers_and_a_peer_has_one_channel()
    {
        var client = _relay.Allocated();
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4001, Relay.First)));
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4001, Relay.First)));
        Assert.Equal(400, _relay.Ask(client, client.Bind(0x4001, Relay.Second)));
        Assert.Equal(400, _relay.Ask(client, client.Bind(0x4002, Relay.First)));
        Assert.Equal(400, _relay.Ask(client, client.Bind(0x3FFF, Relay.Second)));
        Assert.Equal(400, _relay.Ask(client, client.Bind(0x5000, Relay.Second)));
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4FFF, Relay.Second)));
    }

    [Fact]
    public void Permissions_last_five_minutes_channels_ten_and_without_a_permission_nothing_passes()
    {
        var client = _relay.Allocated();
        Assert.False(_relay.Take(client.Send(Relay.First, [1])));
        Assert.Equal(1, _relay.Server.Counters.Forbidden);
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4001, Relay.First)));
        Assert.True(_relay.Take(client.Send(Relay.First, [1])));
        Assert.NotNull(_relay.Down([1], _relay.Path, out _));

        _relay.Now += 300_000_001;
        Assert.True(_relay.Take(TurnClient.ByChannel(0x4001, [1])));
        Assert.Null(_relay.Down([1], _relay.Path, out _));
        Assert.Equal(0, _relay.Ask(client, client.Refresh(600)));
        Assert.Equal(0, _relay.Ask(client, client.Permit(Relay.First)));
        Assert.Equal([0x40, 1, 0, 1, 1], _relay.Down([1], _relay.Path, out _)!);

        _relay.Now += 299_000_000;
        _relay.Server.Advance(_relay.Now);
        Assert.Equal(0, _relay.Ask(client, client.Permit(Relay.First)));
        _relay.Now += 2_000_000;
        Assert.False(_relay.Take(TurnClient.ByChannel(0x4001, [1])));
        _relay.Server.Advance(_relay.Now);
        Assert.Equal(36 + 4, _relay.Down([1], _relay.Path, out _)!.Length);
    }

    [Fact]
    public void An_allocation_that_is_not_refreshed_ends_after_ten_minutes_and_its_paths_are_told()
    {
        _relay.Allocated();
        _relay.Now += 599_000_000;
        _relay.Server.Advance(_relay.Now);
        Assert.True(_relay.Server.Owns(Relay.Page));
        _relay.Now += 1_000_001;
        _relay.Server.Advance(_relay.Now);
        Assert.False(_relay.Server.Owns(Relay.Page));
        Assert.Equal([0, 1], _relay.Gone.Select(path => (int)path.Local));
        Assert.Equal(0, _relay.Server.Counters.Allocations);
    }

    [Fact]
    public void A_client_lets_go_of_it_by_a_lifetime_of_nothing_or_with_its_connection()
    {
        var client = _relay.Allocated();
        Assert.Equal(0, _relay.Ask(client, client.Refresh(0)));
        Assert.Equal(0u, Lifetime());
        Assert.False(_relay.Server.Owns(Relay.Page));
        Assert.Equal(437, _relay.Ask(client, client.Refresh(0)));
        _relay.Allocated(Relay.Page with { IsTcp = true });
        _relay.Server.ClientGone(Relay.Page with { IsTcp = true });
        Assert.Equal((0, 4), (_relay.Server.Counters.Allocations, _relay.Gone.Count));
    }

    [Fact]
    public void A_request_that_is_repeated_is_answered_the_same_and_a_second_one_refused()
    {
        var client = _relay.Challenged();
        var request = client.Allocate();
        Assert.Equal(0, _relay.Ask(client, request));
        var first = TurnClient.Address(_relay.Last, StunAttribute.XorRelayedAddress);
        Assert.Equal(0, _relay.Ask(client, request));
        Assert.Equal(first, TurnClient.Address(_relay.Last, StunAttribute.XorRelayedAddress));
        Assert.Equal(437, _relay.Ask(client, client.Allocate()));
        Assert.Equal(1, _relay.Server.Counters.Made);
    }

    [Theory]
    [InlineData(StunAttribute.RequestedTransport, new byte[] { 6, 0, 0, 0 }, 442)] // TCP to the peer
    [InlineData(StunAttribute.RequestedTransport, new byte[] { 17 }, 400)]
    [InlineData(StunAttribute.RequestedTransport, null, 400)]
    [InlineData(StunAttribute.DontFragment, new byte[0], 420)]
    [InlineData(StunAttribute.EvenPort, new byte[] { 0x80 }, 508)]
    [InlineData(StunAttribute.EvenPort, new byte[] { 0 }, 0)]
    [InlineData(StunAttribute.EvenPort, new byte[] { 0, 0 }, 400)]
    [InlineData(StunAttribute.ReservationToken, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, 508)]
    [InlineData(StunAttribute.RequestedAddressFamily, new byte[] { 1, 0, 0, 0 }, 0)]
    [InlineData(StunAttribute.RequestedAddressFamily, new byte[] { 2, 0, 0, 0 }, 440)]
    [InlineData(StunAttribute.RequestedAddressFamily, new byte[] { 3, 0, 0, 0 }, 440)]
    [InlineData(StunAttribute.RequestedAddressFamily, new byte[] { 1 }, 400)]
    [InlineData((ushort)0x0042, new byte[] { 1, 0, 0, 0 }, 420)]
    [InlineData((ushort)0xC057, new byte[] { 1, 0, 0, 0 }, 0)]
    public void What_is_asked_for_beyond_a_plain_udp_relay_is_answered_by_its_code(ushort type, byte[]? value, int code)
    {
        var client = _relay.Challenged();
        (ushort, byte[])[] transport = type == StunAttribute.RequestedTransport ? [] : [(StunAttribute.RequestedTransport, [17, 0, 0, 0])];
        Assert.Equal(code, _relay.Ask(client, client.Prove(StunMethod.Allocate, [.. transport, .. value is null ? [] : ((ushort, byte[])[])[(type, value)]])));
        Assert.Equal(code == 0, _relay.Server.Owns(Relay.Page));
        if (type == StunAttribute.EvenPort && code == 0) Assert.Equal(0, TurnClient.Address(_relay.Last, StunAttribute.XorRelayedAddress).Port % 2);
    }

    [Fact]
    public void A_node_with_both_families_relays_each_to_its_own()
    {
        IPEndPoint four = new(IPAddress.Parse("203.0.113.7"), 5000), six = new(IPAddress.Parse("2001:db8::7"), 5001);
        var relay = new Relay(null, four, six);
        var client = relay.Challenged();
        Assert.Equal(0, relay.Ask(client, client.Allocate((StunAttribute.RequestedAddressFamily, [2, 0, 0, 0]))));
        Assert.Equal(six.Address, TurnClient.Address(relay.Last, StunAttribute.XorRelayedAddress).Address);
        Assert.Equal(443, relay.Ask(client, client.Permit(four)));
        Assert.Equal(0, relay.Ask(client, client.Permit(six)));
        Assert.True(relay.Take(client.Send(six, [1])));
        Assert.Equal([5, 6, 7], TurnClient.Unwrap(relay.Down([5, 6, 7], relay.Path, out _)));
        Assert.Equal(443, relay.Ask(client, client.Prove(StunMethod.Refresh, (StunAttribute.RequestedAddressFamily, [1, 0, 0, 0]))));
    }

    [Fact]
    public void Carrying_allocates_nothing()
    {
        var client = _relay.Allocated();
        Assert.Equal(0, _relay.Ask(client, client.Bind(0x4001, Relay.First)));
        Assert.Equal(0, _relay.Ask(client, client.Permit(Relay.Second)));
        Assert.True(_relay.Take(client.Send(Relay.Second, new byte[1000])));
        var (indication, channel, slot) = (client.Send(Relay.Second, new byte[1000]), TurnClient.ByChannel(0x4001, new byte[1000]), new byte[SendBatch.SlotBytes]);
        var path = _relay.Path;
        var batch = new Nowhere();
        var passed = 0;
        Assert.Equal(0, Allocations.Of(() =>
        {
            _relay.Now += 10_000;
            passed += _relay.Server.TakeChannel(channel, Relay.Page, _relay.Now, out _, out _) ? 1 : 0;
            passed += _relay.Server.TakeMessage(indication, Relay.Page, _relay.Now, batch, out _, out _) ? 1 : 0;
            passed += _relay.Server.Wrap(slot, 1000, path, out _) > 0 ? 1 : 0;
            passed += _relay.Server.Wrap(slot, 1000, path with { Local = 0 }, out _) > 0 ? 1 : 0;
        }));
        Assert.Equal(4000, passed);
    }

    sealed class Nowhere : SendBatch
    {
        public override Span<byte> Rent() => default;
        public override void Commit(int length, in RemoteAddress to) { }
    }

    uint Lifetime()
    {
        Assert.True(StunMessage.TryRead(_relay.Last, out var message) && message.TryGet(StunAttribute.Lifetime, out _));
        message.TryGet(StunAttribute.Lifetime, out var seconds);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(seconds);
    }
}

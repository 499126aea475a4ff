using System.Net;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc.Turn;

/// <summary>A peer is one of our own sockets under its one spelling. However else a place is written, nothing goes there.</summary>
public sealed class ForbiddenPeers
{
    static readonly IPEndPoint Own4 = new(IPAddress.Parse("127.0.0.1"), 5000), Own6 = new(IPAddress.Parse("2001:db8::7"), 5000);

    static readonly string[] Spellings =
    [
        // this machine
        "0.0.0.0", "0.0.0.1", "0.255.255.255", "127.0.0.0", "127.0.0.2", "127.0.1.1", "127.1.0.1", "127.255.255.254", "127.255.255.255", "1.0.0.127", "255.255.255.255",
        // networks inside
        "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.255.255", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.0.170",
        // link-local and the metadata of clouds
        "169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.255.255", "168.63.129.16", "100.100.100.200", "192.0.0.192",
        // documentation, benchmarks, relays, groups, classes E
        "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "192.88.99.1", "192.31.196.1", "224.0.0.1", "224.0.0.251", "239.255.255.250", "240.0.0.1",
        // anybody
        "8.8.8.8", "1.1.1.1", "128.0.0.1", "126.0.0.1",
        // IPv6: nothing, this machine, IPv4 in other clothes
        "::", "::1", "::2", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:255.255.255.255", "::ffff:8.8.8.8", "::127.0.0.1", "::0.0.0.0",
        "::ffff:0:127.0.0.1", "::fffe:7f00:1", "0:0:0:0:ffff::7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::127.0.0.1", "2002:7f00:1::", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001::7f00:1",
        "2001:0:7f00:1::80ff:fffe", "fe80::5efe:127.0.0.1",
        // IPv6: networks inside, groups, others
        "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254", "fd20:ce::254", "ff02::1", "ff02::fb", "ff01::1", "ff0e::1", "100::1", "2001:db8::1", "2001:db8::6", "2001:db8::8",
        "2001:db8:0:1::7", "3fff::1", "5f00::1", "2001:4860:4860::8888",
    ];

    public static TheoryData<string, bool> All() => [.. Spellings.SelectMany(one => (TheoryDataRow<string, bool>[])[(one, true), (one, false)])];

    [Fact]
    public void There_are_more_than_sixty_and_each_is_another() => Assert.True(Spellings.Distinct().Count() == Spellings.Length && Spellings.Length >= 60);

    [Theory, MemberData(nameof(All))]
    public void Nothing_goes_to_another_place_than_our_own_sockets(string place, bool toFour)
    {
        var (relay, client) = Allocated(toFour);
        foreach (ushort port in (ushort[])[5000, 80, 0])
        {
            var peer = new IPEndPoint(IPAddress.Parse(place), port);
            Assert.Contains(relay.Ask(client, client.Permit(peer)), (int[])[403, 443]);
            Assert.Contains(relay.Ask(client, client.Bind(0x4002, peer)), (int[])[403, 443]);
            Assert.False(relay.Take(client.Send(peer, [1, 2, 3])));
        }
        Assert.False(relay.Take(TurnClient.ByChannel(0x4002, [1])));
        Assert.Equal(9, relay.Server.Counters.Forbidden);
        Assert.Equal(0, relay.Server.Counters.In);
    }

    [Theory]
    [InlineData(true, 22)]
    [InlineData(true, 0)]
    [InlineData(true, 5001)]
    [InlineData(true, 49_152)]
    [InlineData(false, 443)]
    [InlineData(false, 5432)]
    public void Of_our_own_addresses_no_other_port_is_reached(bool toFour, int port)
    {
        var (relay, client) = Allocated(toFour);
        var peer = new IPEndPoint(toFour ? Own4.Address : Own6.Address, port);
        Assert.Equal(0, relay.Ask(client, client.Permit(peer))); // permissions are for an address, whatever the port
        Assert.Equal(403, relay.Ask(client, client.Bind(0x4002, peer)));
        Assert.False(relay.Take(client.Send(peer, [1, 2, 3])));
        Assert.True(relay.Take(client.Send(toFour ? Own4 : Own6, [1, 2, 3])));
    }

    [Theory]
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 0, 0 })] // short
    [InlineData(new byte[] { 0, 1, 0, 0, 0, 0, 0, 0, 0 })] // long
    [InlineData(new byte[] { 0, 2, 0, 0, 0, 0, 0, 0 })] // IPv6 of four bytes
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })] // no family
    [InlineData(new byte[] { 0, 3, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[0])]
    public void What_is_no_address_is_a_bad_request(byte[] value)
    {
        var (relay, client) = Allocated(toFour: true);
        Assert.Equal(400, relay.Ask(client, client.Prove(StunMethod.CreatePermission, (StunAttribute.XorPeerAddress, value))));
        Assert.False(relay.Take(client.Send((StunAttribute.XorPeerAddress, value), (StunAttribute.Data, [1]))));
    }

    [Fact]
    public void One_forbidden_peer_among_others_spoils_them_all()
    {
        var (relay, client) = Allocated(toFour: true);
        Assert.Equal(403, relay.Ask(client, client.Permit(Own4, new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80))));
        Assert.False(relay.Take(client.Send(Own4, [1])));
        Assert.Equal(400, relay.Ask(client, client.Prove(StunMethod.CreatePermission)));
    }

    static (Relay, TurnClient) Allocated(bool toFour)
    {
        var relay = new Relay(null, Own4, Own6);
        var client = relay.Challenged();
        Assert.Equal(0, relay.Ask(client, client.Allocate((StunAttribute.RequestedAddressFamily, [(byte)(toFour ? 1 : 2), 0, 0, 0]))));
        return (relay, client);
    }
}

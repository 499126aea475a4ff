using System.Net;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Storage;

namespace FirstRing.Tests.Platform.Egress;

/// <summary>Server-side request forgery: whatever a name leads to, and however an address is written, only a public one is connected to.</summary>
public sealed class AddressesDecide
{
    public static TheoryData<string> NotPublic => new(
        // this host and network, private, shared, loopback, link-local with the clouds' metadata
        "0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.1.2.3", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.0.0.53", "127.255.255.254",
        "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
        // protocol assignments, documentation, benchmarking, relays, multicast, reserved, broadcast
        "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        // IPv6: unspecified, loopback, link-local, site-local, unique local, multicast, documentation, discard
        "::", "::1", "fe80::1", "fe80::1%1", "febf::1", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254", "ff02::1", "ff0e::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "2001:2::1", "2001:10::1", "2001:20::1", "2620:4f:8000::1",
        // IPv4 inside IPv6: mapped, compatible, translated, NAT64 (both prefixes), 6to4, Teredo, ISATAP
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8", "::ffff:7f00:1", "::127.0.0.1", "::7f00:1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::1", "2001:0:7f00:1::", "2001::5efe:7f00:1", "fe80::5efe:127.0.0.1");

    [Fact]
    public void There_are_enough_of_them() => Assert.True(NotPublic.Count >= 60, $"{NotPublic.Count}");

    [Theory, MemberData(nameof(NotPublic))]
    public void This_address_is_not_public(string address) => Assert.False(AddressRules.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8"), InlineData("1.0.0.1"), InlineData("9.255.255.255"), InlineData("11.0.0.0"), InlineData("100.63.255.255"), InlineData("100.128.0.0"), InlineData("126.255.255.255"), InlineData("128.0.0.1"),
     InlineData("169.253.255.255"), InlineData("172.15.255.255"), InlineData("172.32.0.0"), InlineData("192.167.255.255"), InlineData("192.169.0.0"), InlineData("198.17.255.255"), InlineData("198.20.0.0"), InlineData("223.255.255.255"),
     InlineData("2606:4700::1111"), InlineData("2a00:1450::1"), InlineData("2001:4860:4860::8888"), InlineData("2003::1")]
    public void This_one_is(string address) => Assert.True(AddressRules.IsPublic(IPAddress.Parse(address)));

    [Theory, MemberData(nameof(NotPublic))]
    public async Task A_name_that_leads_there_is_refused(string address)
    {
        await using var outside = await Outside.Open(Dialect.Sqlite, "elsewhere.example");
        outside.Names[Outside.Vendor] = () => [IPAddress.Parse(address)];
        Assert.Equal("egress-address-not-allowed", await outside.Get(outside.At(Outside.Vendor)));
        Assert.Equal("egress-address-not-allowed", (await outside.Egress.Connect(Outside.Tenant, "phi", Outside.Vendor, outside.Port, CancellationToken.None)).Refused?.Code);
        Assert.Empty(outside.Requests);
        Assert.All(await outside.Audited(), row => Assert.Equal(("egress", $"{Outside.Vendor}:{outside.Port}", "egress-address-not-allowed"), row));
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("127.1"), InlineData("127.0.1"), InlineData("2130706433"), InlineData("0x7f000001"), InlineData("0x7f.0.0.1"), InlineData("0x7f.1"), InlineData("0177.0.0.1"), InlineData("017700000001"),
     InlineData("127.0.0.0x1"), InlineData("vendor.0x1"), InlineData("vendor.1"), InlineData("[::1]"), InlineData("::1"), InlineData("[::ffff:127.0.0.1]"), InlineData("[fe80::1%25eth0]"), InlineData("127.0.0.1."), InlineData("vendor.example."), InlineData(".vendor.example"),
     InlineData("vendor..example"), InlineData("-vendor.example"), InlineData("vendor-.example"), InlineData("ven dor.example"), InlineData("vendor.example:443"), InlineData("vendor.example/x"), InlineData("vendor.example\r\n"), InlineData("vendor_x.example"),
     InlineData("good.example@evil.example"), InlineData("１２７.０.０.１"), InlineData("①②⑦.⓪.⓪.①"), InlineData("vendor。example"), InlineData("bücher.example"), InlineData("%31%32%37.0.0.1"), InlineData("*"), InlineData("*.vendor.example"), InlineData("")]
    public void This_is_no_name_of_a_host(string text) => Assert.False(HostName.TryParse(text, out _));

    [Theory, InlineData("vendor.example", "vendor.example"), InlineData("API.Vendor.Example", "api.vendor.example"), InlineData("xn--bcher-kva.example", "xn--bcher-kva.example"), InlineData("smtp", "smtp"), InlineData("1.2.3.4x", "1.2.3.4x"), InlineData("3com.example", "3com.example")]
    public void This_is_one(string text, string name)
    {
        Assert.True(HostName.TryParse(text, out var parsed));
        Assert.Equal(name, parsed.Text);
    }

    [Theory, InlineData("https://2130706433/"), InlineData("https://0x7f.1/"), InlineData("https://[::ffff:127.0.0.1]/"), InlineData("https://0177.0.0.1/")]
    public async Task An_address_in_a_url_is_refused_however_it_is_written(string url)
    {
        await using var outside = await Outside.Open();
        foreach (var host in new[] { "127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1" }) outside.Agree(host); // an entry would not help
        Assert.Equal("egress-host-wrong", await outside.Get(new Uri(url)));
    }

    [Fact]
    public async Task One_address_that_is_not_public_spoils_the_answer()
    {
        await using var outside = await Outside.Open(Dialect.Sqlite, "elsewhere.example");
        outside.Names[Outside.Vendor] = () => [IPAddress.Parse("8.8.8.8"), IPAddress.Loopback];
        Assert.Equal("egress-address-not-allowed", await outside.Get(outside.At(Outside.Vendor)));
    }

    [Fact]
    public async Task A_name_is_asked_once_for_each_connection_and_what_was_checked_is_connected_to()
    {
        // Rebinding: a good address for whoever checks, another for whoever connects.
        await using var outside = await Outside.Open();
        var answers = new Queue<IPAddress[]>([[IPAddress.Loopback], [IPAddress.Parse("169.254.169.254")]]);
        outside.Names[Outside.Vendor] = () => answers.Dequeue();
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor)));
        Assert.Equal([Outside.Vendor], outside.Resolved);
        var second = await outside.Egress.Connect(Outside.Tenant, "phi", Outside.Vendor, outside.Port, CancellationToken.None);
        Assert.Equal("egress-address-not-allowed", second.Refused?.Code);
        Assert.Equal(2, outside.Resolved.Count);
    }

    [Fact]
    public async Task The_next_address_is_tried_where_one_does_not_answer()
    {
        await using var outside = await Outside.Open();
        outside.Names[Outside.Vendor] = () => [IPAddress.IPv6Loopback, IPAddress.Loopback]; // nothing listens on the first
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor)));
    }

    [Theory]
    [InlineData("127.0.0.1", true), InlineData("10.1.2.3", true), InlineData("172.16.0.1", true), InlineData("192.168.1.1", true), InlineData("::1", true), InlineData("fd12::1", true)]
    [InlineData("169.254.169.254", false), InlineData("fd00:ec2::254", false), InlineData("100.100.100.200", false), InlineData("fe80::1", false), InlineData("0.0.0.0", false), InlineData("::ffff:127.0.0.1", false), InlineData("8.8.8.8", false), InlineData("64:ff9b::7f00:1", false)]
    public void A_host_of_the_operators_own_may_be_private_but_not_everything(string address, bool allowed) => Assert.Equal(allowed, AddressRules.IsOnPremise(IPAddress.Parse(address)));

    [Fact]
    public async Task Being_the_operators_own_needs_an_agreement_too()
    {
        await using var outside = await Outside.Open();
        Assert.Equal("egress-no-agreement", await outside.Get(outside.At(Outside.Stranger)));
    }
}

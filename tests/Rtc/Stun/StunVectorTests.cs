using System.Net;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc.Stun;

// RFC 5769 §2.
public sealed class StunVectorTests
{
    internal const string Request =
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
        + "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";
    const string ResponseV4 =
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643000800142b91f599fd9e90c3"
        + "8c7489f92af9ba53f06be7d780280004c07d4c96";
    const string ResponseV6 =
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
        + "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";
    const string LongTerm =
        "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b3935346436"
        + "4f4c33346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666";
    internal static readonly byte[] Password = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");

    [Fact]
    public void Shared_figures_are_ours()
    {
        var shared = SharedVectors.Require("rfc5769");
        Assert.Equal(Request, shared.Text("2.1_request"));
        Assert.Equal(ResponseV4, shared.Text("2.2_response_ipv4"));
        Assert.Equal(ResponseV6, shared.Text("2.3_response_ipv6"));
        Assert.Equal(LongTerm, shared.Text("2.4_request_long_term"));
        Assert.Equal(Password, Encoding.ASCII.GetBytes(shared.GetProperty("short_term").Text("password")));
    }

    [Fact]
    public void Request_is_read_and_its_integrity_holds()
    {
        Assert.True(StunMessage.TryRead(Convert.FromHexString(Request), out var message));
        Assert.Equal((StunClass.Request, StunMethod.Binding), (message.Class, message.Method));
        Assert.Equal("evtj:h6vY", Encoding.ASCII.GetString(message.Username));
        Assert.True(message.TryGet(StunAttribute.Software, out var software));
        Assert.Equal("STUN test client", Encoding.ASCII.GetString(software));
        Assert.True(message.TryGet(StunAttribute.Priority, out var priority));
        Assert.Equal("6E0001FF", Convert.ToHexString(priority));
        Assert.False(message.HasUseCandidate);
        Assert.True(message.VerifyIntegrity(Password));
        Assert.True(message.VerifyFingerprint());
        Assert.False(message.VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBu"u8));
    }

    [Theory]
    [InlineData(ResponseV4, "192.0.2.1")]
    [InlineData(ResponseV6, "2001:db8:1234:5678:11:2233:4455:6677")]
    public void Response_carries_the_mapped_address(string hex, string address)
    {
        Assert.True(StunMessage.TryRead(Convert.FromHexString(hex), out var message));
        Assert.Equal((StunClass.Success, StunMethod.Binding), (message.Class, message.Method));
        Span<byte> ip = stackalloc byte[16];
        Assert.True(message.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out var length, out var port));
        Assert.Equal((IPAddress.Parse(address), 32853), (new IPAddress(ip[..length]), port));
        Assert.True(message.VerifyIntegrity(Password));
        Assert.True(message.VerifyFingerprint());
    }

    [Fact]
    public void Long_term_credentials_hold()
    {
        Assert.True(StunMessage.TryRead(Convert.FromHexString(LongTerm), out var message));
#pragma warning disable CA5351 // RFC 8489 §9.2.2 makes the long-term key with MD5
        var key = MD5.HashData(Encoding.UTF8.GetBytes("マトリックス:example.org:TheMatrIX"));
#pragma warning restore CA5351
        Assert.True(message.VerifyIntegrity(key));
        Assert.False(message.VerifyFingerprint());
    }

    [Fact]
    public void Every_flipped_bit_breaks_integrity_or_fingerprint()
    {
        var good = Convert.FromHexString(Request);
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var bad = (byte[])good.Clone();
            bad[bit / 8] ^= (byte)(1 << bit % 8);
            var holds = StunMessage.TryRead(bad, out var message) && message.VerifyIntegrity(Password) && message.VerifyFingerprint();
            Assert.False(holds, $"bit {bit}");
        }
    }

    [Fact]
    public void The_writer_makes_the_same_response_but_for_padding()
    {
        // RFC 5769 pads with spaces, we with zeros (RFC 8489 §14 allows any), so only the unpadded attributes can be compared as bytes.
        var buffer = new byte[200];
        var writer = new StunWriter(buffer);
        writer.Begin(StunClass.Success, StunMethod.Binding, Convert.FromHexString(ResponseV4).AsSpan(8, 12));
        writer.AddXorMappedAddress([192, 0, 2, 1], 32853);
        writer.AddIntegrity(Password);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryRead(buffer.AsSpan(0, writer.Length), out var message));
        Assert.True(message.TryGet(StunAttribute.XorMappedAddress, out var mapped));
        Assert.Equal("0001A147E112A643", Convert.ToHexString(mapped));
        Assert.True(message.VerifyIntegrity(Password) && message.VerifyFingerprint());
    }
}

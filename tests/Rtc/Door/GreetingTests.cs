using System.Security.Cryptography;
using System.Text;
using CsCheck;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Door;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Tests.Rtc.Turn;

namespace FirstRing.Tests.Rtc.Door;

public sealed class GreetingTests
{
    const uint Node = 0xABCD_1234;
    static readonly IceCredentials Credentials = new(new byte[32], 1, Node);
    static readonly (string Ufrag, string Password) Someone = Credentials.Issue(new IceIdentity(Guid.Empty, Guid.Empty, 1), 42, worker: 5);

    [Fact]
    public void A_check_names_the_node_and_the_worker_however_it_is_cut()
    {
        var frame = Frame($"{Someone.Ufrag}:page");
        var greeting = new DoorGreeting(DoorWay.Clear);
        for (var length = 0; length < frame.Length; length++) Assert.Equal(Greeted.More, Look(greeting, frame[..length]).Greeted);
        Assert.Equal(Greeted.Known, Look(greeting, [.. frame, 0, 3]).Greeted);
        Assert.Equal((Node, (byte)5), (greeting.Node, greeting.Worker));
    }

    [Theory]
    [InlineData("")]
    [InlineData("page")]
    [InlineData("short:page")]
    public void A_check_for_nobody_of_ours_is_strange(string username) => Assert.Equal(Greeted.Strange, Look(new DoorGreeting(DoorWay.Clear), Frame(username)).Greeted);

    [Fact]
    public void A_frame_without_a_check_or_longer_than_any_is_strange()
    {
        byte[][] all = [[0, 3, 1, 2, 3], [8, 1], [0, 20, .. new byte[20]], [0, 0], Frame($"{Someone.Ufrag}:page", StunMethod.Allocate)];
        foreach (var one in all) Assert.Equal(Greeted.Strange, Look(new DoorGreeting(DoorWay.Clear), one).Greeted);
    }

    [Fact]
    public void Who_wants_a_relay_is_asked_once_and_then_named()
    {
        var (greeting, client) = (new DoorGreeting(DoorWay.Tls), new TurnClient(Someone.Ufrag, Someone.Password));
        var ask = client.Ask(StunMethod.Allocate, (StunAttribute.RequestedTransport, [17, 0, 0, 0]));
        for (var length = 0; length < ask.Length; length++) Assert.Equal(Greeted.More, Look(greeting, ask[..length]).Greeted);
        var (greeted, read, answer) = Look(greeting, ask);
        Assert.Equal((Greeted.Answer, ask.Length), (greeted, read));
        Assert.Equal(401, client.Read(answer));
        Assert.Equal("firstring", client.Realm); // the node's own: the key is made with it
        Assert.Equal(Greeted.Known, Look(greeting, client.Allocate()).Greeted);
        Assert.Equal((Node, (byte)5), (greeting.Node, greeting.Worker));
    }

    [Fact]
    public void A_nonce_of_another_stream_is_asked_for_anew_and_not_for_ever()
    {
        var client = new TurnClient(Someone.Ufrag, Someone.Password);
        client.Read(Look(new DoorGreeting(DoorWay.Tls), client.Ask(StunMethod.Allocate)).Answer);
        var greeting = new DoorGreeting(DoorWay.Tls);
        var overheard = client.Nonce!;
        for (var ask = 0; ask < 3; ask++)
        {
            client.Nonce = overheard;
            var (greeted, _, answer) = Look(greeting, client.Allocate());
            Assert.Equal(Greeted.Answer, greeted);
            Assert.Equal(438, client.Read(answer));
            Assert.NotEqual(overheard, client.Nonce);
        }
        client.Nonce = overheard;
        Assert.Equal(Greeted.Strange, Look(greeting, client.Allocate()).Greeted);
    }

    [Fact]
    public void Whatever_is_no_allocate_request_or_names_nobody_of_ours_is_strange()
    {
        var client = new TurnClient("somebody", Someone.Password);
        foreach (var one in (byte[][])[client.Ask(StunMethod.Binding), client.Ask(StunMethod.Refresh), client.Send(), [0, 3, 0xFF, 0xFF, .. new byte[16]], new byte[20]])
            Assert.Equal(Greeted.Strange, Look(new DoorGreeting(DoorWay.Tls), one).Greeted);
        var greeting = new DoorGreeting(DoorWay.Tls);
        client.Read(Look(greeting, client.Ask(StunMethod.Allocate)).Answer);
        Assert.Equal(Greeted.Strange, Look(greeting, client.Allocate()).Greeted);
    }

    [Fact]
    public void First_bytes_tell_streams_apart()
    {
        Assert.All("GPHDOCT*"u8.ToArray(), http => Assert.False(DoorGreeting.IsFrame(http) || DoorGreeting.IsTurn(http))); // HTTP/1.1's verbs, HTTP/2's preface
        Assert.False(DoorGreeting.IsFrame(22)); // TLS
        Assert.True(DoorGreeting.IsFrame(Frame($"{Someone.Ufrag}:page")[0]));
        Assert.True(DoorGreeting.IsTurn(new TurnClient("", "").Ask(StunMethod.Allocate)[0]));
    }

    [Fact]
    public void Any_bytes_are_survived() => Gen.Select(Gen.Byte.Array[0, 300], Gen.Bool).Sample((noise, tls) => Look(new DoorGreeting(tls ? DoorWay.Tls : DoorWay.Clear), noise).Greeted != Greeted.Known, iter: 2000);

    static (Greeted Greeted, int Read, byte[] Answer) Look(DoorGreeting greeting, byte[] stream)
    {
        var answer = new byte[DoorGreeting.MostAnswered];
        var greeted = greeting.Look(stream, answer, out var read, out var answered);
        return (greeted, read, answer[..answered]);
    }

    static byte[] Frame(string username, StunMethod method = StunMethod.Binding)
    {
        var datagram = new byte[500];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, method, RandomNumberGenerator.GetBytes(12));
        writer.AddUsername(Encoding.ASCII.GetBytes(username));
        writer.AddIntegrity("password"u8);
        writer.AddFingerprint();
        return [(byte)(writer.Length >> 8), (byte)writer.Length, .. datagram[..writer.Length]];
    }
}

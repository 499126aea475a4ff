using System.Buffers.Binary;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc.Ice;

public sealed class LiteAgentTests
{
    static readonly RemoteAddress First = new(0, 0xFFFF_0A00_0001, 1000, 0), Second = First with { Port = 2000 };

    readonly IceLiteAgent _agent = new("ours"u8, "secretsecretsecretsecret"u8);
    readonly byte[] _answer = new byte[512];

    [Fact]
    public void The_answer_names_the_address_it_saw_and_proves_who_answers()
    {
        Assert.True(Check(First, out var length).Authenticated);
        Assert.True(StunMessage.TryRead(_answer.AsSpan(0, length), out var answer));
        Assert.Equal(StunClass.Success, answer.Class);
        Assert.True(answer.VerifyIntegrity("secretsecretsecretsecret"u8) && answer.VerifyFingerprint());
        Span<byte> ip = stackalloc byte[16];
        Assert.True(answer.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out var size, out var port));
        Assert.Equal((4, 1000), (size, port));
        Assert.Equal([10, 0, 0, 1], ip[..4].ToArray());
    }

    [Fact]
    public void An_ipv6_address_comes_back_whole()
    {
        var from = new RemoteAddress(0x2001_0db8_0000_0001, 0x0203_0405_0607_0809, 77, 0);
        Check(from, out var length);
        Assert.True(StunMessage.TryRead(_answer.AsSpan(0, length), out var answer));
        Span<byte> ip = stackalloc byte[16];
        Assert.True(answer.TryGetXorAddress(StunAttribute.XorMappedAddress, ip, out var size, out _));
        Assert.Equal(16, size);
        Assert.Equal(from.High, BinaryPrimitives.ReadUInt64BigEndian(ip));
        Assert.Equal(from.Low, BinaryPrimitives.ReadUInt64BigEndian(ip[8..]));
    }

    [Theory]
    [InlineData("ours:page", null, 400)]
    [InlineData(null, "secretsecretsecretsecret", 400)]
    [InlineData("theirs:page", "secretsecretsecretsecret", 401)]
    [InlineData("ours:page", "wrongwrongwrongwrongwrong", 401)]
    [InlineData("ours", "secretsecretsecretsecret", 401)]
    public void A_request_that_proves_nothing_changes_nothing(string? username, string? password, int code)
    {
        var outcome = Check(First, out var length, username: username, password: password);
        Assert.False(outcome.Authenticated);
        Assert.False(_agent.IsValidated);
        Assert.Equal(code, CodeIn(length));
    }

    [Fact]
    public void A_demand_that_is_not_understood_is_answered_with_420_and_its_name()
    {
        Assert.False(Check(First, out var length, extra: 0x0042).Authenticated);
        Assert.Equal(420, CodeIn(length));
        Assert.True(StunMessage.TryRead(_answer.AsSpan(0, length), out var answer));
        Assert.True(answer.TryGet(StunAttribute.UnknownAttributes, out var names));
        Assert.Equal([0x00, 0x42], names.ToArray());
        Assert.False(_agent.IsValidated);
        Assert.True(Check(First, out _, extra: 0xC057).Authenticated); // network cost: may be ignored
    }

    [Fact]
    public void The_first_proved_address_is_used_until_another_is_nominated()
    {
        Check(First, out _, nominates: false);
        Assert.Equal(First, _agent.Selected);
        Check(Second, out _, nominates: false);
        Assert.Equal(First, _agent.Selected);
        Check(Second, out _, nominates: true);
        Assert.Equal(Second, _agent.Selected);
        Assert.True(_agent.Knows(First));
    }

    [Fact]
    public void An_older_nomination_that_comes_late_does_not_win()
    {
        Check(First, out _, nomination: 1);
        Check(Second, out _, nomination: 2);
        Assert.Equal(Second, _agent.Selected);
        Check(First, out _, nomination: 1);
        Assert.Equal(Second, _agent.Selected);
        Check(First, out _, nomination: 3);
        Assert.Equal(First, _agent.Selected);
    }

    [Fact]
    public void Of_many_addresses_the_selected_one_and_the_latest_stay()
    {
        Check(First, out _, nominates: true);
        for (ushort port = 1; port <= 50; port++) Check(First with { Port = port }, out _, nominates: false, now: port);
        Assert.Equal(8, _agent.Addresses.Length);
        Assert.Equal(First, _agent.Selected);
        for (ushort port = 44; port <= 50; port++) Assert.True(_agent.Knows(First with { Port = port }));
        Assert.False(_agent.Knows(First with { Port = 43 }));
    }

    [Fact]
    public void Who_loses_its_selected_address_goes_on_with_the_one_heard_last()
    {
        Check(First, out _, nominates: true, now: 1);
        Check(Second, out _, nominates: false, now: 2);
        Check(First with { Port = 3000 }, out _, nominates: false, now: 3);
        _agent.Forget(First);
        Assert.Equal(3000, _agent.Selected.Port);
        Assert.Equal(2, _agent.Addresses.Length);
        _agent.Forget(Second);
        Assert.Equal(3000, _agent.Selected.Port);
    }

    IceOutcome Check(
        in RemoteAddress from, out int length, bool nominates = true, string? username = "ours:page", string? password = "secretsecretsecretsecret",
        ushort extra = 0, uint nomination = 0, long now = 0)
    {
        var datagram = new byte[512];
        var writer = new StunWriter(datagram);
        writer.Begin(StunClass.Request, StunMethod.Binding, new byte[12]);
        if (username is not null) writer.AddUsername(System.Text.Encoding.ASCII.GetBytes(username));
        if (extra != 0) writer.Add(extra, 1u);
        if (nomination != 0) writer.Add(StunAttribute.GoogNomination, nomination);
        else if (nominates) writer.Add(StunAttribute.UseCandidate, []);
        if (password is not null) writer.AddIntegrity(System.Text.Encoding.ASCII.GetBytes(password));
        writer.AddFingerprint();
        Assert.True(StunMessage.TryRead(datagram.AsSpan(0, writer.Length), out var request));
        return _agent.HandleRequest(request, from, now, _answer, out length);
    }

    int CodeIn(int length)
    {
        Assert.True(StunMessage.TryRead(_answer.AsSpan(0, length), out var answer));
        Assert.Equal(StunClass.Error, answer.Class);
        Assert.True(answer.TryGet(StunAttribute.ErrorCode, out var value));
        return value[2] * 100 + value[3];
    }
}

using CsCheck;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Tests.Rtc.Turn;

public sealed class CredentialTests
{
    readonly Relay _relay = new();

    [Fact]
    public void Whoever_proves_nothing_gets_a_challenge_and_leaves_nothing()
    {
        var client = _relay.Challenged();
        client.Password = "aaaaaaaaaaaaaaaaaaaaaaaa";
        Assert.Equal(401, _relay.Ask(client, client.Allocate()));
        var stranger = _relay.Challenged();
        stranger.Username = new string('A', stranger.Username.Length);
        Assert.Equal(401, _relay.Ask(stranger, stranger.Allocate()));
        Assert.Equal(401, _relay.Ask(stranger, stranger.Ask(StunMethod.Refresh, (StunAttribute.Lifetime, [0, 0, 0, 1]))));
        Assert.Equal((0, 0L), (_relay.Server.Counters.Allocations, _relay.Server.Counters.Made));
    }

    [Fact]
    public void A_credential_begins_nothing_after_its_ten_minutes()
    {
        var client = _relay.Challenged(life: 5_000_000);
        _relay.Now += 5_000_000;
        Assert.Equal(401, _relay.Ask(client, client.Allocate()));
        Assert.False(_relay.Server.Owns(Relay.Page));
    }

    [Fact]
    public void What_outlives_its_credential_is_an_allocation_that_a_peer_goes_by_and_no_other()
    {
        var (used, idle) = (_relay.Allocated(life: 5_000_000), _relay.Allocated(Relay.Page with { Port = 2 }, life: 5_000_000));
        Assert.Equal(0, _relay.Ask(used, used.Permit(Relay.Second)));
        Assert.True(_relay.Take(used.Send(Relay.Second, [1])));
        var path = _relay.Path;
        _relay.Server.IsInUse = asked => asked == path;
        Assert.Equal(0, _relay.Ask(idle, idle.Refresh(600), Relay.Page with { Port = 2 }));
        _relay.Now += 5_000_000;
        Assert.Equal(0, _relay.Ask(used, used.Refresh(600)));
        Assert.Equal(401, _relay.Ask(idle, idle.Refresh(600), Relay.Page with { Port = 2 }));
    }

    [Fact]
    public void A_nonce_is_for_one_address_and_ten_minutes()
    {
        var client = _relay.Challenged();
        Assert.Equal(438, _relay.Ask(client, client.Allocate(), Relay.Page with { Port = 7 }));
        Assert.Equal(0, _relay.Ask(client, client.Allocate(), Relay.Page with { Port = 7 }));
        client = _relay.Challenged(life: 10_000_000_000);
        _relay.Now += 600_000_000;
        Assert.Equal(438, _relay.Ask(client, client.Allocate()));
        Assert.Equal(0, _relay.Ask(client, client.Allocate()));
        client.Nonce![3] ^= 1;
        Assert.Equal(438, _relay.Ask(client, client.Refresh(600)));
    }

    [Fact]
    public void An_allocation_obeys_the_credential_that_made_it_alone()
    {
        _relay.Allocated();
        var other = _relay.Challenged(whose: Relay.Someone(participant: 2));
        Assert.Equal(441, _relay.Ask(other, other.Refresh(0)));
        Assert.Equal(441, _relay.Ask(other, other.Permit(Relay.First)));
        Assert.Equal(437, _relay.Ask(other, other.Allocate()));
        Assert.True(_relay.Server.Owns(Relay.Page));
        var elsewhere = _relay.Challenged(Relay.Page with { Port = 9 });
        Assert.Equal(437, _relay.Ask(elsewhere, elsewhere.Permit(Relay.First), Relay.Page with { Port = 9 }));
    }

    [Fact]
    public void Half_a_proof_is_a_bad_request()
    {
        var client = _relay.Challenged();
        var buffer = new byte[200];
        var writer = new StunWriter(buffer);
        writer.Begin(StunClass.Request, StunMethod.Allocate, client.Transaction = new byte[12]);
        writer.AddIntegrity("key"u8);
        Assert.Equal(400, _relay.Ask(client, buffer[..writer.Length]));
    }

    [Fact]
    public void To_whoever_proves_nothing_an_answer_is_at_most_three_times_as_long_and_there_are_few_of_them()
    {
        var client = _relay.Client();
        Assert.Equal(-1, _relay.Ask(client, client.Ask(StunMethod.Allocate))); // twenty bytes: seventy would be too many
        var request = client.Ask(StunMethod.Allocate, (StunAttribute.RequestedTransport, [17, 0, 0, 0]));
        _relay.Now += 1_000_000;
        var answered = 0;
        for (ushort port = 0; port < 200; port++)
        {
            _relay.Take(request, Relay.Page with { Port = port });
            if (_relay.Last is null) continue;
            Assert.InRange(_relay.Last.Length, 20, 3 * request.Length);
            answered++;
        }
        Assert.Equal(20, answered);
        for (var address = 0u; address < 5000; address++)
        {
            _relay.Take(request, Relay.Page with { Low = 0xFFFF_0B00_0000ul + address });
            answered += _relay.Last is null ? 0 : 1;
        }
        Assert.InRange(answered, 900, 1000);
        // Who came by TCP is where they say they are.
        for (var i = 0; i < 100; i++) Assert.Equal(401, _relay.Ask(client, client.Ask(StunMethod.Allocate), Relay.Page with { IsTcp = true }));
        _relay.Now += 1_000_000;
        Assert.Equal(401, _relay.Ask(client, client.Ask(StunMethod.Allocate, (StunAttribute.RequestedTransport, [17, 0, 0, 0]))));
        Assert.Equal(0, _relay.Server.Counters.Made);
    }

    [Fact]
    public void Any_bytes_are_survived_and_carry_nothing() => Gen.Select(Gen.Byte.Array[4, 300], Gen.Byte).Sample((bytes, first) =>
    {
        bytes[0] = (byte)(first & 0x7F);
        Assert.False(_relay.Take(bytes));
    });

    [Fact]
    public void Damaged_requests_of_a_client_are_survived_and_allocate_nothing()
    {
        var client = _relay.Challenged();
        var good = client.Allocate();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[4, good.Length]).Sample((at, value, length) =>
        {
            var bad = (byte[])good.Clone();
            if (bad[at] == value) return;
            bad[at] = value;
            bad[0] &= 0x7F;
            _relay.Take(bad[..length]);
        });
        Assert.Equal(0, _relay.Server.Counters.Made);
    }
}

using System.Net;
using CsCheck;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Door;

namespace FirstRing.Tests.Rtc.Door;

public sealed class PreambleTests
{
    static readonly byte[] Key = [.. Enumerable.Range(1, DoorPreamble.KeyLength).Select(number => (byte)number)];
    static readonly RemoteAddress Near = RemoteAddress.Of(IPAddress.Parse("10.0.0.7"), 40_000);

    [Theory]
    [InlineData("203.0.113.9", DoorWay.Clear)]
    [InlineData("2001:db8::9", DoorWay.Tls)]
    public void Whom_the_door_speaks_for_is_read_as_it_was_written(string address, DoorWay way)
    {
        var client = RemoteAddress.Of(IPAddress.Parse(address), 5000) with { IsTcp = true, Door = way };
        var written = Written(client);
        Assert.True(DoorPreamble.Begins(written));
        Assert.True(DoorPreamble.TryRead(written, Key, Near with { Local = 3 }, out var read));
        Assert.Equal(client with { Local = 3 }, read);
    }

    [Fact]
    public void Another_key_another_connection_or_one_changed_byte_is_nobody()
    {
        var written = Written(RemoteAddress.Of(IPAddress.Parse("203.0.113.9"), 5000) with { Door = DoorWay.Tls });
        Assert.False(DoorPreamble.TryRead(written, new byte[DoorPreamble.KeyLength], Near, out _));
        Assert.False(DoorPreamble.TryRead(written, Key, Near with { Port = 40_001 }, out _));
        Assert.False(DoorPreamble.TryRead(written, Key, RemoteAddress.Of(IPAddress.Parse("10.0.0.8"), 40_000), out _));
        for (var i = 0; i < written.Length; i++)
        {
            written[i] ^= 1;
            Assert.False(DoorPreamble.TryRead(written, Key, Near, out _), $"at {i}");
            written[i] ^= 1;
        }
        Assert.True(DoorPreamble.TryRead(written, Key, Near, out _));
    }

    [Fact]
    public void A_way_that_no_stream_comes_by_is_not_taken_even_from_a_door()
    {
        Assert.False(DoorPreamble.TryRead(Written(default), Key, Near, out _));
        Assert.False(DoorPreamble.TryRead(Written(new RemoteAddress { Door = (DoorWay)3 }), Key, Near, out _));
    }

    [Fact]
    public void Noise_is_nobody() => Gen.Byte.Array[DoorPreamble.Length].Sample(noise => !DoorPreamble.TryRead(noise, Key, Near, out _), iter: 1000);

    static byte[] Written(RemoteAddress client)
    {
        var preamble = new byte[DoorPreamble.Length];
        DoorPreamble.Write(preamble, Key, client, Near);
        return preamble;
    }
}

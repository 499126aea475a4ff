using CsCheck;
using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Tests.Rtc.Codecs;

public sealed class RedTests
{
    // By hand from RFC 2198 §3: F and type, 14 bits of time, 10 bits of length; then a byte for the newest.
    [Theory]
    [InlineData("6F" + "AABB", 1, 111)]
    [InlineData("EF0F0002" + "6F" + "1122" + "AABB", 7, 111)]
    [InlineData("EF1E0001" + "EF0F0002" + "6F" + "00" + "1122" + "AABB", 12, 111)]
    [InlineData("EF0F0000" + "5F" + "AA", 5, 95)]
    public void The_newest_sound_is_found_behind_what_is_repeated(string payload, int at, int type)
    {
        Assert.True(Red.TryFindPrimary(Convert.FromHexString(payload), out var found, out var payloadType));
        Assert.Equal((at, type), (found, payloadType));
    }

    [Theory]
    [InlineData("6F" + "AABB", "")]
    [InlineData("EF0F0002" + "6F" + "1122" + "AABB", "960:5+2")]
    [InlineData("EF1E0001" + "EF0F0002" + "6F" + "00" + "1122" + "AABB", "1920:9+1 960:10+2")]
    [InlineData("EF0F0002" + "6F" + "11", "")]
    public void What_is_repeated_is_found_with_its_time(string payload, string found)
    {
        Span<Red.Earlier> earlier = stackalloc Red.Earlier[8];
        var count = Red.FindEarlier(Convert.FromHexString(payload), earlier);
        Assert.Equal(found, string.Join(' ', earlier[..count].ToArray().Select(one => $"{one.Ticks}:{one.At}+{one.Length}")));
    }

    [Fact]
    public void What_is_put_together_is_found_again()
    {
        Span<byte> to = stackalloc byte[20];
        var length = Red.Write(to, 111, [0x11, 0x22], 960, [0xAA, 0xBB]);
        Assert.Equal("EF0F0002" + "6F" + "1122" + "AABB", Convert.ToHexString(to[..length]));
    }

    [Theory]
    [InlineData(0, 2, 40)]           // the same moment
    [InlineData(16_384, 2, 40)]      // more than 14 bits of time
    [InlineData(960, 1024, 2_000)]   // more than 10 bits of length
    [InlineData(960, 2, 8)]          // no room
    public void What_one_packet_cannot_say_is_not_said(uint ticks, int earlier, int room) =>
        Assert.Equal(0, Red.Write(new byte[room], 111, new byte[earlier], ticks, [0xAA, 0xBB]));

    [Theory]
    [InlineData("")]
    [InlineData("6F")]
    [InlineData("EF0F00")]
    [InlineData("EF0F0002")]
    [InlineData("EF0F0002" + "6F" + "1122")]
    [InlineData("EF0F03FF" + "6F" + "1122AABB")]
    [InlineData("EF0F0000EF0F0000EF0F0000EF0F0000EF0F0000EF0F0000EF0F0000EF0F0000" + "6F" + "AA")]
    public void What_is_cut_off_or_promises_too_much_is_refused(string payload) => Assert.False(Red.TryFindPrimary(Convert.FromHexString(payload), out _, out _));

    [Fact]
    public void No_bytes_lead_outside() => Gen.Byte.Array[0, 64].Sample(payload =>
    {
        if (Red.TryFindPrimary(payload, out var at, out var type)) Assert.True(at > 0 && at < payload.Length && type is >= 0 and < 128);
    });
}

using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Rtc.Streams;

public sealed class PacketCacheTests
{
    readonly PacketCache _cache = new();

    [Fact]
    public void What_is_kept_comes_back_as_it_was()
    {
        Add(70_000, 1100, now: 5);
        Assert.True(_cache.TryFind(70_000, 6, out var packet));
        Assert.Equal(Payload(70_000, 1100), packet.Payload.ToArray());
        Assert.Equal((70_000u, 96, true), (packet.Timestamp, (int)packet.PayloadType, packet.Marker));
        Assert.False(_cache.TryFind(70_000 + 512, 6, out _));
        Assert.False(_cache.TryFind(69_999, 6, out _));
    }

    [Fact]
    public void A_packet_is_never_given_back_half_overwritten()
    {
        var random = new Random(1);
        var now = 0L;
        for (var number = 1L; number < 20_000; number++)
        {
            now += random.Next(500, 8_000);
            Add(number, random.Next(1, 1300), now);
            var asked = number - random.Next(600);
            if (!_cache.TryFind(asked, now, out var packet)) continue;
            Assert.Equal(Payload(asked, packet.Payload.Length), packet.Payload.ToArray());
        }
    }

    [Fact]
    public void A_second_of_a_fat_stream_fits_after_the_ring_has_grown_and_memory_is_bounded()
    {
        for (var number = 1L; number <= 3000; number++) Add(number, 1100, now: number * 5_000); // 1.76 Mbit/s
        for (var number = 2900L; number <= 3000; number++) Assert.True(_cache.TryFind(number, 15_000_000, out _));
        Assert.InRange(_cache.Capacity, 150_000, 350_000);
        for (var number = 3001L; number <= 30_000; number++) Add(number, 1100, now: 15_000_000 + number);
        Assert.InRange(_cache.Capacity, 1_000_000, 1024 * 1024);
    }

    [Fact]
    public void A_thin_stream_keeps_the_first_ring()
    {
        for (var number = 1L; number <= 2000; number++) Add(number, 300, now: number * 10_000);
        Assert.Equal(64 * 1024, _cache.Capacity);
    }

    [Fact]
    public void What_is_older_than_a_second_is_not_resent()
    {
        Add(1, 10, now: 0);
        Assert.True(_cache.TryFind(1, PacketCache.Retention, out _));
        Assert.False(_cache.TryFind(1, PacketCache.Retention + 1, out _));
    }

    void Add(long number, int length, long now) =>
        _cache.Add(new MediaPacket { Sequence = number, Timestamp = (uint)number, Payload = Payload(number, length), PayloadType = 96, Marker = true }, now);

    static byte[] Payload(long number, int length)
    {
        var payload = new byte[length];
        for (var i = 0; i < length; i++) payload[i] = (byte)(number * 31 + i * 7);
        return payload;
    }
}

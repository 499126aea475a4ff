using CsCheck;
using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Tests.Rtc.Framing;

public sealed class FrameQueueTests : IDisposable
{
    readonly FrameQueue _queue = new();
    readonly FrameReader _reader = new();
    readonly byte[] _wire = new byte[16 * 1024];

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void However_little_the_kernel_takes_whole_datagrams_arrive_each_kind_in_its_order() => 
        Gen.Select(Gen.Bool, Gen.Int[0, 400], Gen.Int[0, 500]).Array[1, 80].Sample(steps =>
    {
        using var queue = new FrameQueue();
        var (reader, sent, got, number) = (new FrameReader(), new List<byte[]>(), new List<byte[]>(), 0);
        foreach (var (isPicture, length, taken) in steps)
        {
            var datagram = new byte[2 + length];
            (datagram[0], datagram[1]) = ((byte)(isPicture ? 1 : 0), (byte)number++);
            queue.Add(datagram, isPicture, 0);
            sent.Add(datagram);
            Move(queue, reader, got, taken);
        }
        while (!queue.IsEmpty) Move(queue, reader, got, 700);
        Assert.Equal(0, queue.Bytes);
        foreach (var kind in (byte[])[0, 1]) Assert.Equal(sent.Where(one => one[0] == kind), got.Where(one => one[0] == kind));
        Assert.Equal(sent.Count, got.Count);
    });

    [Fact]
    public void Sound_overtakes_the_pictures_but_never_cuts_one_in_two()
    {
        for (byte i = 0; i < 10; i++) _queue.Add(Picture(i), isPicture: true, 0);
        _queue.Sent(Peek(500, 0)); // half of the first
        _queue.Add([111], isPicture: false, 0);
        Assert.Equal([0, 111, 1, 2], Read(16_000, 0).Select(datagram => datagram[0]).Take(4).Select(first => (int)first));
    }

    [Fact]
    public void Who_does_not_read_keeps_little_waiting_and_no_picture_is_taken_until_all_of_it_is_gone()
    {
        var now = 0L;
        for (var i = 0; i < 5000; i++, now += 5_000)
        {
            _queue.Add(Picture(1), isPicture: true, now);
            if (i % 4 == 0) _queue.Add(Sound(now), isPicture: false, now);
            Assert.True(_queue.Bytes <= FrameQueue.MostPictureBytes + FrameQueue.MostUrgent * 200, $"{_queue.Bytes} bytes wait");
        }
        Assert.False(_queue.TakesPictures);
        Assert.True(_queue.Dropped > 4000);
        // A second of sound is left, and it is the newest.
        var left = Read(int.MaxValue, now);
        Assert.All(left, datagram => Assert.InRange(now - BitConverter.ToInt64(datagram), 0, FrameQueue.Patience));
        Assert.InRange(left.Count, 45, 51);
        Assert.True(_queue.TakesPictures);
    }

    [Fact]
    public void A_picture_that_waited_too_long_takes_all_others_with_it_but_for_what_has_begun()
    {
        for (byte i = 0; i < 10; i++) _queue.Add(Picture(i), isPicture: true, 0);
        _queue.Sent(Peek(500, 0));
        Assert.True(_queue.TakesPictures);
        Assert.Equal([0], Read(16_000, FrameQueue.PicturePatience + 1).Select(datagram => (int)datagram[0]));
        Assert.Equal(9, _queue.Dropped);
    }

    [Fact]
    public void More_sound_than_anyone_sends_is_dropped()
    {
        for (var i = 0; i < 3 * FrameQueue.MostUrgent; i++) _queue.Add([1, 2, 3], isPicture: false, 0);
        Assert.Equal(FrameQueue.MostUrgent, Read(int.MaxValue, 0).Count);
    }

    [Fact]
    public void A_steady_stream_allocates_nothing()
    {
        var (sound, picture, now) = (new byte[100], Picture(1), 0L);
        Assert.Equal(0, Allocations.Of(() =>
        {
            now += 5_000;
            for (var i = 0; i < 3; i++) _queue.Add(picture, isPicture: true, now);
            _queue.Add(sound, isPicture: false, now);
            _queue.Sent(_queue.Peek(_wire, now));
        }));
        Assert.True(_queue.IsEmpty);
    }

    static byte[] Picture(byte number) => [number, .. new byte[999]];

    static byte[] Sound(long now) => [.. BitConverter.GetBytes(now), .. new byte[90]];

    int Peek(int most, long now) => _queue.Peek(_wire.AsSpan(0, most), now) is var count && Put(_reader, _wire.AsSpan(0, count)) ? count : 0;

    List<byte[]> Read(int most, long now)
    {
        var read = new List<byte[]>();
        for (var moved = 0; moved < most && !_queue.IsEmpty;)
        {
            var count = Peek(int.Min(1000, most - moved), now);
            _queue.Sent(count);
            moved += count;
            while (_reader.TryRead(out var datagram)) read.Add(datagram.ToArray());
        }
        return read;
    }

    static void Move(FrameQueue queue, FrameReader reader, List<byte[]> got, int most)
    {
        Span<byte> wire = stackalloc byte[1000];
        var count = queue.Peek(wire[..most], 0);
        Put(reader, wire[..count]);
        queue.Sent(count);
        while (reader.TryRead(out var datagram)) got.Add(datagram.ToArray());
    }

    static bool Put(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.Room);
        reader.Take(bytes.Length);
        return true;
    }
}

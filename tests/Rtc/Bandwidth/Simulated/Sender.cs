using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth.Simulated;

/// <summary>Sound, and pictures of 30 a second that follow the target, through the real pacer and estimate.</summary>
internal sealed class Sender(ulong seed, long mostVideo, ushort firstNumber)
{
    const long SoundEvery = 20_000, FrameEvery = 33_333;
    const int SoundBytes = 95, MostBytes = 1_150;
    const long Sound = SoundBytes * 8 * 50;
    const long LeastVideo = 60_000;

    readonly Dice _dice = new(seed);
    long _soundAt = -1, _frameAt, _advanceAt;
    int _frames;

    internal SendSideEstimate Estimate { get; } = new(firstNumber);
    internal Pacer<int> Pacer { get; } = new();
    internal long StartsAt { get; init; }
    internal long MostVideo { get; set; } = mostVideo;
    internal long Packets { get; private set; }
    internal long Dropped { get; private set; }
    internal long LongestWait { get; private set; }
    internal long AllocatedBytes { get; private set; }

    internal long NextAt(long now)
    {
        if (_soundAt < 0) return StartsAt;
        return long.Min(long.Min(long.Min(_soundAt, _frameAt), _advanceAt), Pacer.NextAt(now));
    }

    internal void Work(long now, Action<ushort, int> send)
    {
        if (now < StartsAt) return;
        if (_soundAt < 0) (_soundAt, _frameAt) = (now, now + _dice.Between(0, FrameEvery));
        var before = GC.GetAllocatedBytesForCurrentThread();
        if (_advanceAt <= now)
        {
            Estimate.Advance(now);
            _advanceAt = now + 10_000;
        }
        Pacer.Target = Estimate.Target;
        while (Estimate.TryTakeProbe(out var cluster)) Pacer.Probe(cluster);
        for (; _soundAt <= now; _soundAt += SoundEvery) Queue(PacketClass.Audio, SoundBytes, now);
        for (; _frameAt <= now; _frameAt += FrameEvery) Frame(now);
        LongestWait = long.Max(LongestWait, Pacer.Wait(now));
        while (Pacer.TryTake(now, out var packet))
        {
            var number = Estimate.OnSent(packet.Bytes, packet.Cluster, now);
            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
            send(number, packet.Bytes);
            before = GC.GetAllocatedBytesForCurrentThread();
            Packets++;
        }
        AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    internal void Hear(byte[] report, long now)
    {
        Assert.True(RtcpCompound.TryRead(report, out var compound));
        foreach (var packet in compound)
        {
            Assert.True(TransportFeedback.TryRead(packet, out var feedback));
            var before = GC.GetAllocatedBytesForCurrentThread();
            Estimate.OnFeedback(feedback, now);
            AllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    void Frame(long now)
    {
        var rate = long.Min(Estimate.Target - Sound, MostVideo);
        if (rate < LeastVideo) return;
        // Encoders miss their rate by a fifth, and a whole picture costs four.
        var bytes = rate * FrameEvery / 8_000_000 * (0.77 + 0.4 * _dice.Share()) * (_frames++ % 300 == 0 ? 4 : 1);
        var count = int.Max(1, (int)double.Ceiling(bytes / MostBytes));
        for (var i = 0; i < count; i++) Queue(PacketClass.Video, int.Max(60, (int)(bytes / count)), now);
    }

    void Queue(PacketClass kind, int bytes, long now)
    {
        if (!Pacer.TryAdd(kind, bytes, bytes, now)) Dropped++;
    }
}

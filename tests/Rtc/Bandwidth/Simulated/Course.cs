using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth.Simulated;

/// <summary>A tenth of a second of one flow.</summary>
internal readonly record struct Sample(long At, long Target, TargetReason Reason, long Delivered, long Wait);

/// <summary>Several senders over one bottleneck, in virtual time: nothing sleeps, and the same seed runs the same course.</summary>
internal sealed class Course(LinkConditions down, LinkConditions up, ulong seed)
{
    internal const long Second = 1_000_000;
    const long SampleEvery = 100_000;
    const int CrowdBytes = 1_200;

    internal sealed class Flow
    {
        public required Sender Sender { get; init; }
        public required Receiver Receiver { get; init; }
        public required Link<byte[]> Back { get; init; }
        public List<Sample> Samples { get; } = [];
        public long Sampled { get; set; }
    }

    readonly List<Flow> _flows = [];
    readonly Queue<(long At, Action<Course> What)> _events = new();
    long _sampleAt = SampleEvery;
    long _crowd, _crowdAt = long.MaxValue;

    internal long Now { get; private set; }
    internal Link<(int Flow, ushort Number, int Bytes)> Down { get; } = new(down, seed);
    internal Flow this[int flow] => _flows[flow];

    internal static Course Of(LinkConditions down, ulong seed = 1, long mostVideo = 20_000_000, ushort firstNumber = 0, LinkConditions? up = null)
    {
        var course = new Course(down, up ?? new LinkConditions { Delay = down.Delay }, seed);
        course.Add(mostVideo, firstNumber: firstNumber);
        return course;
    }

    internal Flow Add(long mostVideo = 20_000_000, long startsAt = 0, ushort firstNumber = 0)
    {
        var back = new Link<byte[]>(up, seed * 31 + (ulong)_flows.Count + 7);
        var flow = new Flow
        {
            Sender = new Sender(seed * 17 + (ulong)_flows.Count + 3, mostVideo, firstNumber) { StartsAt = startsAt },
            Receiver = new Receiver(back),
            Back = back,
        };
        _flows.Add(flow);
        return flow;
    }

    /// <summary>Something happens then; in the order of time.</summary>
    internal Course Then(long at, Action<Course> what)
    {
        _events.Enqueue((at, what));
        return this;
    }

    internal Course Then(long at, LinkConditions down) => Then(at, course => course.Down.Change(down, at));

    /// <summary>From then on others send so much over the same bottleneck (bit/s), heedless of anything.</summary>
    internal Course Crowd(long at, long bitsPerSecond) => Then(at, course => (course._crowd, course._crowdAt) = (bitsPerSecond, bitsPerSecond > 0 ? at : long.MaxValue));

    internal Course Run(long until)
    {
        while (true)
        {
            var next = NextAt();
            if (next > until) break;
            Now = long.Max(Now, next);
            while (_events.TryPeek(out var due) && due.At <= Now) _events.Dequeue().What(this);
            for (; _crowdAt <= Now; _crowdAt += CrowdBytes * 8 * Second / _crowd) Down.Send((-1, 0, CrowdBytes), CrowdBytes, Now);
            foreach (var flow in _flows) Work(flow);
            while (Down.TryTake(Now, out var packet))
                if (packet.Flow >= 0) _flows[packet.Flow].Receiver.Take(packet.Number, packet.Bytes, Now);
            if (_sampleAt <= Now) TakeSamples();
        }
        Now = until;
        return this;
    }

    long NextAt()
    {
        var next = long.Min(long.Min(Down.NextAt, _sampleAt), _crowdAt);
        if (_events.TryPeek(out var due)) next = long.Min(next, due.At);
        foreach (var flow in _flows) next = long.Min(next, long.Min(long.Min(flow.Sender.NextAt(Now), flow.Receiver.ReportAt), flow.Back.NextAt));
        return next;
    }

    void Work(Flow flow)
    {
        while (flow.Back.TryTake(Now, out var report)) flow.Sender.Hear(report, Now);
        if (flow.Receiver.ReportAt <= Now) flow.Receiver.Report(Now);
        if (flow.Sender.NextAt(Now) > Now) return;
        var index = _flows.IndexOf(flow);
        flow.Sender.Work(Now, (number, bytes) => Down.Send((index, number, bytes), bytes, Now));
    }

    void TakeSamples()
    {
        foreach (var flow in _flows)
        {
            var estimate = flow.Sender.Estimate;
            flow.Samples.Add(new Sample(_sampleAt, estimate.Target, estimate.Reason, (flow.Receiver.Bytes - flow.Sampled) * 8 * Second / SampleEvery, Down.Wait(Now)));
            flow.Sampled = flow.Receiver.Bytes;
        }
        _sampleAt += SampleEvery;
    }
}

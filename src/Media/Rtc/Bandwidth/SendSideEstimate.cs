using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// What the path to one receiver carries, judged by the sender from transport-wide feedback. Packets and reports and time (µs of one monotonic clock) in,
/// a target and the reason for it out; no I/O, and nothing allocated per packet. docs/media/bandwidth.md tells how the parts work together.
/// </summary>
public sealed class SendSideEstimate
{
    /// <summary>The first target (bit/s).</summary>
    public const long StartRate = 300_000;
    /// <summary>The least target (bit/s): one voice.</summary>
    public const long LeastRate = 40_000;
    /// <summary>The highest target (bit/s) unless told otherwise.</summary>
    public const long MostRate = 10_000_000;
    const long FirstRoundTrip = 200_000;
    const int Batch = 128;
    const double TooLossyToProbe = 0.25;
    const long Beginning = 1_500_000; // the first probes are back by then

    readonly SentLog _sent;
    readonly ArrivalGroups _groups = new();
    readonly DelayTrend _trend = new();
    readonly AcknowledgedRate _acknowledged = new();
    readonly StandingQueue _queue = new();
    readonly QueueDrain _drain = new();
    readonly RateControl _control = new(StartRate);
    readonly LossJudge _loss = new();
    readonly FeedbackSilence _silence = new();
    readonly ProbePlan _plan = new();
    readonly ProbeResults _probes = new();
    ApplicationLimit _application;
    bool _begun, _heard, _met;
    long _begunAt;
    long _lossCountsFrom = long.MinValue;
    double _ceiling = MostRate, _aim;
    ProbeResult _probed;
    TargetReason _bound = TargetReason.Growing;

    /// <summary>An estimate whose first packet gets this number.</summary>
    public SendSideEstimate(ushort firstNumber = 0) => _sent = new SentLog(firstNumber);

    /// <summary>What may be sent, all in all (bit/s).</summary>
    public long Target { get; private set; } = StartRate;
    /// <summary>The target without the moments in which a queue is emptied (bit/s): for what should not come and go with them.</summary>
    public long Lasting { get; private set; } = StartRate;
    /// <summary>What it is bound by.</summary>
    public TargetReason Reason { get; private set; }
    /// <summary>From sending to hearing of it (µs); the receiver's own waiting is in it.</summary>
    public long RoundTrip { get; private set; } = FirstRoundTrip;
    /// <summary>The share lost in the last second.</summary>
    public double Loss => _loss.Ratio;
    /// <summary>What arrives (bit/s), 0 while nothing is known.</summary>
    public long Acknowledged => (long)_acknowledged.Rate;
    /// <summary>How long packets wait in queues (µs).</summary>
    public long Wait => _queue.Wait;
    /// <summary>When to call <see cref="Advance"/> (µs).</summary>
    public long NextDeadline => long.Min(_silence.NextAt, _plan.NextAt);

    /// <summary>Something was sent.</summary>
    public bool HasBegun => _begun;
    /// <summary>The receiver has reported.</summary>
    public bool IsHeard => _heard;
    /// <summary>The target is no mere beginning: the first probes are over, or the path has shown its bounds. Never without a report of the receiver.</summary>
    public bool IsFounded(long now) => _heard && (_met || now - _begunAt >= Beginning);

    /// <summary>The most that can be of use (bit/s): nothing is probed beyond it.</summary>
    public void LimitTo(long bitsPerSecond) => _ceiling = long.Clamp(bitsPerSecond, LeastRate, MostRate);

    /// <summary>What would let something through that waits (bit/s): the next probe is that fast at least. 0 for nothing.</summary>
    public void AimAt(long bitsPerSecond) => _aim = bitsPerSecond;

    /// <summary>A packet leaves now; the number it is to carry. Call where it goes to the socket, not where it is queued.</summary>
    public ushort OnSent(int bytes, byte cluster, long now)
    {
        if (!_begun)
        {
            (_begun, _begunAt) = (true, now);
            _plan.Begin(Target, _ceiling, now);
        }
        _application.Add(bytes, Target, now);
        _silence.OnSent(RoundTrip, now);
        return _sent.Add(bytes, cluster, now);
    }

    /// <summary>The next probe to send, when one is due.</summary>
    public bool TryTakeProbe(out ProbeCluster cluster)
    {
        if (!_plan.TryTake(_trend.Unrest, Target, out cluster)) return false;
        _probes.Begin(cluster);
        return true;
    }

    /// <summary>Takes a report of the receiver.</summary>
    public void OnFeedback(TransportFeedback feedback, long now)
    {
        if (_silence.OnReport()) Resume(now);
        Span<PacketResult> batch = stackalloc PacketResult[Batch];
        var count = 0;
        var any = false;
        _probed = default;
        foreach (var status in feedback)
        {
            if (!_sent.TryMatch(status, out var result)) continue;
            any = true;
            if (result.SentAt >= _lossCountsFrom) _loss.Add(result, _control.Target);
            if (!result.Arrived) continue;
            if (count == Batch)
            {
                Take(batch, now);
                count = 0;
            }
            // By arrival: almost always it is the last one already.
            var place = count++;
            for (; place > 0 && batch[place - 1].ArrivedAt > result.ArrivedAt; place--) batch[place] = batch[place - 1];
            batch[place] = result;
        }
        if (!any) return;
        Take(batch[..count], now);
        _heard = true;
        Control(now);
        Decide(now);
    }

    /// <summary>Time passes: what is due happens.</summary>
    public void Advance(long now)
    {
        _silence.Update(Target, LeastRate, now);
        if (_heard) _plan.Update(Target, _aim, _ceiling, MayProbe, TopIsUnknown, now);
        Decide(now);
    }

    bool MayProbe => _heard && !_silence.Holds && IsCalm && _loss.Ratio < TooLossyToProbe;

    bool TopIsUnknown => _application.Holds || _control.TopIsUnknown;

    bool IsCalm => !_drain.IsOn && Use != PathUse.Over;

    // While a queue is being emptied delay tells nothing new.
    PathUse Use => _drain.IsOn ? PathUse.Under : _trend.Use;

    void Take(ReadOnlySpan<PacketResult> arrived, long now)
    {
        foreach (ref readonly var packet in arrived)
        {
            if (packet.Untold > 0) _acknowledged.AddUntold((int)(packet.Untold * (1 - _loss.Ratio)), packet.ArrivedAt);
            _acknowledged.Add(packet.Bytes, packet.ArrivedAt);
            _queue.Add(packet.SentAt, packet.ArrivedAt);
            if (packet.Cluster != 0 && _probes.Add(packet, out var probed)) _probed = probed;
            if (_groups.Add(packet.SentAt, packet.ArrivedAt, out var delta)) _trend.Add(delta, packet.ArrivedAt);
        }
        // RFC 6298's 1/8, of the last that arrived: it waited least at the receiver.
        if (arrived.Length > 0 && now - arrived[^1].SentAt is >= 0 and var trip) RoundTrip = _heard ? (7 * RoundTrip + trip) / 8 : trip;
    }

    void Control(long now)
    {
        if (_drain.Update(_queue, _acknowledged.Recent, RoundTrip, now)) _control.Lower(_drain.Carries * 0.9);
        var use = Use;
        if (_control.Update(use, _acknowledged, !_application.Holds && !_silence.Holds, RoundTrip, now)) _bound = TargetReason.Delay;
        if (_loss.TryTakeCut(out var cut) && !_drain.IsOn)
        {
            _control.CutTo(cut);
            _bound = TargetReason.Loss;
        }
        if (_probed.Rate > 0 && IsCalm)
        {
            if (_control.Raise(_plan.OnResult(_probed, _ceiling, TopIsUnknown, now))) _bound = TargetReason.Growing;
        }
        _control.Bound(LeastRate, _ceiling);
    }

    // The least of all bounds, and whose it is.
    void Decide(long now)
    {
        var (target, reason) = (_control.Target, _bound);
        if (_application.Holds) reason = TargetReason.Application;
        if (target >= _ceiling) (target, reason) = (_ceiling, TargetReason.Ceiling);
        Lasting = (long)double.Clamp(double.Min(target, _silence.Bound), LeastRate, MostRate);
        if (_drain.Bound < target) (target, reason) = (_drain.Bound, TargetReason.Queue);
        if (_silence.Bound < target) (target, reason) = (_silence.Bound, TargetReason.Silence);
        else if (_silence.Holds) reason = TargetReason.Silence;
        if (target <= LeastRate) (target, reason) = (LeastRate, TargetReason.Floor);
        if (!_heard && reason != TargetReason.Silence) reason = TargetReason.Start;
        Target = (long)target;
        Reason = reason;
        if (reason is TargetReason.Delay or TargetReason.Queue or TargetReason.Loss) _met = true;
        _plan.Note(double.Min(_acknowledged.Rate, target), target, now);
    }

    // Heard again after a hole: the path may be another. What was lost in the hole says nothing about it.
    void Resume(long now)
    {
        var before = _control.Target;
        _control.Lower(double.Max(Target, before * 0.3));
        _control.Forget();
        _bound = TargetReason.Growing;
        _trend.Clear();
        _groups.Clear();
        _queue.Clear();
        _drain.Clear();
        _loss.Clear();
        _acknowledged.Clear();
        _lossCountsFrom = now;
        _plan.OnFall(before, now, after: 0);
    }
}

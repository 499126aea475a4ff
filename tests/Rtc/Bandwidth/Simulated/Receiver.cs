using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Simulate.Network;

namespace FirstRing.Tests.Rtc.Bandwidth.Simulated;

/// <summary>The other end: notes arrivals by a clock of its own and reports as our peer does, in real RTCP.</summary>
internal sealed class Receiver(Link<byte[]> back)
{
    const long Epoch = 700_000_321_987; // its clock began eight days ago: its 24-bit times read below zero,
    const double Drift = 1 + 40e-6;   // and runs a little faster

    readonly ArrivalLog _arrivals = new();
    readonly byte[] _buffer = new byte[1200];

    internal long ReportAt { get; private set; } = long.MaxValue;
    internal long Bytes { get; private set; }
    internal ulong Trace { get; private set; } = 14_695_981_039_346_656_037;

    internal void Take(ushort sequence, int bytes, long now)
    {
        Bytes += bytes;
        Trace = ((Trace ^ sequence) * 1_099_511_628_211 ^ (ulong)now) * 1_099_511_628_211;
        if (_arrivals.Add(sequence, Epoch + (long)(now * Drift))) ReportAt = now + ArrivalLog.Interval;
    }

    internal void Report(long now)
    {
        ReportAt = long.MaxValue;
        for (var i = 0; i < 8 && _arrivals.HasNews; i++)
        {
            var length = _arrivals.Write(_buffer, 1, 2);
            if (length > 0) back.Send(_buffer.AsSpan(0, length).ToArray(), length + 60, now);
        }
    }
}

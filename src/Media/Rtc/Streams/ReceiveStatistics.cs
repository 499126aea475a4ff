using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>What a report block says about one incoming stream (RFC 3550 §6.4.1, appendix A.3 and A.8). Retransmissions do not make a loss undone here.</summary>
public sealed class ReceiveStatistics(int clockRate)
{
    // Unwrapped numbers begin one cycle up; see SequenceUnwrapper.
    const long FirstCycle = 0x10000;

    long _first = -1, _highest, _received;
    long _expectedBefore, _receivedBefore;
    long _transit;
    uint _jitterTimes16;
    bool _hasTransit;

    /// <summary>Packets that were due so far.</summary>
    public long Expected => _first < 0 ? 0 : _highest - _first + 1;
    /// <summary>Packets that came on the stream itself, duplicates not counted.</summary>
    public long Received => _received;
    /// <summary>Interarrival jitter in the codec's clock.</summary>
    public uint Jitter => _jitterTimes16 >> 4;

    /// <summary>Counts a packet that came on the stream itself.</summary>
    public void Count(long sequence, uint timestamp, long now)
    {
        if (_first < 0) _first = _highest = sequence;
        _first = long.Min(_first, sequence);
        _received++;
        var advances = sequence >= _highest;
        _highest = long.Max(_highest, sequence);
        if (!advances) return;

        // RFC 3550 §6.4.1: the difference of relative transit times, smoothed by 1/16, in whole numbers as in appendix A.8.
        var transit = now * clockRate / 1_000_000 - timestamp;
        var difference = (int)(transit - _transit);
        _transit = transit;
        if (!_hasTransit)
        {
            _hasTransit = true;
            return;
        }
        var size = (uint)int.Abs(int.Max(difference, -int.MaxValue));
        _jitterTimes16 += size - (_jitterTimes16 + 8 >> 4);
    }

    /// <summary>A retransmission may be the highest number seen.</summary>
    public void Advance(long sequence)
    {
        if (_first >= 0) _highest = long.Max(_highest, sequence);
    }

    /// <summary>Writes the block for a stream and starts the next interval.</summary>
    public ReportBlock Report(uint ssrc, in SenderClock clock, long now)
    {
        var expected = Expected - _expectedBefore;
        var lost = expected - (_received - _receivedBefore);
        (_expectedBefore, _receivedBefore) = (Expected, _received);
        return new ReportBlock
        {
            Ssrc = ssrc,
            FractionLost = expected <= 0 || lost <= 0 ? (byte)0 : (byte)long.Min(255, (lost << 8) / expected),
            CumulativeLost = (int)long.Clamp(Expected - _received, -0x800000, 0x7FFFFF),
            HighestSequence = (uint)(_highest - FirstCycle),
            Jitter = Jitter,
            LastSenderReport = clock.CompactNtp,
            DelaySinceLast = clock.IsKnown ? (uint)long.Min(uint.MaxValue, (now - clock.At << 16) / 1_000_000) : 0,
        };
    }
}

using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>How a publisher's RTP clock stands against its wall clock: its last sender report and when that came.</summary>
/// <param name="Ntp">The publisher's wall clock, 32.32 bits of seconds.</param>
/// <param name="Rtp">The stream's clock at that instant.</param>
/// <param name="At">When the report came, by our clock (µs).</param>
public readonly record struct SenderClock(ulong Ntp, uint Rtp, long At)
{
    /// <summary>A report has come.</summary>
    public bool IsKnown => Ntp != 0;

    /// <summary>What a report block echoes as LSR, 0 without a report.</summary>
    public uint CompactNtp => (uint)(Ntp >> 16);

    /// <summary>Takes a report.</summary>
    public static SenderClock From(in SenderReport report, long now) => new(report.NtpTime, report.RtpTime, now);

    /// <summary>Both clocks moved on to now: so each report we send has a wall clock of its own, and round trips can be told from it.</summary>
    public SenderClock Advance(long now, int clockRate)
    {
        var passed = now - At;
        return new SenderClock(Ntp + (ulong)((passed << 32) / 1_000_000), Rtp + (uint)(passed * clockRate / 1_000_000), now);
    }
}

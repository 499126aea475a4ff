namespace FirstRing.Media.Rtc.Rtp;

/// <summary>A 32-bit RTP timestamp in units of its codec's clock; wraps.</summary>
public readonly record struct RtpTime(uint Value)
{
    /// <summary>Ticks from <paramref name="earlier"/> to this, negative when this is the older one.</summary>
    public int DistanceFrom(RtpTime earlier) => (int)(Value - earlier.Value);

    /// <summary>This comes after <paramref name="other"/>.</summary>
    public bool IsNewerThan(RtpTime other) => DistanceFrom(other) > 0;

    /// <summary>Moves by ticks, either way.</summary>
    public RtpTime Plus(long ticks) => new((uint)(Value + ticks));
}

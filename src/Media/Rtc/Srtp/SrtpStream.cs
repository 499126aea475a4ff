namespace FirstRing.Media.Rtc.Srtp;

// What one SSRC has used in one direction. RTP and RTCP count apart (RFC 3711 §3.2.3).
sealed class SrtpStream
{
    internal ReplayWindow Rtp { get; } = new();
    internal ReplayWindow Rtcp { get; } = new();
    internal int FailuresInARow { get; set; }

    // RFC 3711 appendix A: the 48-bit index nearest to the highest one so far. Negative when that would lie before rollover 0.
    internal long Estimate(ushort sequence)
    {
        var highest = Rtp.Highest;
        if (highest < 0) return sequence;
        return highest + (short)(sequence - (ushort)highest);
    }
}

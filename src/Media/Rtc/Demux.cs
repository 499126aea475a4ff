namespace FirstRing.Media.Rtc;

/// <summary>What a datagram on the one media port is.</summary>
public enum DatagramKind
{
    /// <summary>Nothing that belongs here: drop it.</summary>
    Unknown,
    /// <summary>A STUN message.</summary>
    Stun,
    /// <summary>A DTLS record.</summary>
    Dtls,
    /// <summary>Something by a channel of a relay (ChannelData, RFC 8656 §12.4).</summary>
    Channel,
    /// <summary>SRTP.</summary>
    Rtp,
    /// <summary>SRTCP.</summary>
    Rtcp,
}

/// <summary>Tells STUN, DTLS, TURN channels, RTP and RTCP apart on one port by first bytes (RFC 7983 §7, RFC 5761 §4).</summary>
public static class Demux
{
    /// <summary>Classifies a datagram without trusting anything but its first two bytes and its size.</summary>
    public static DatagramKind Classify(ReadOnlySpan<byte> datagram) => datagram.Length < 2
        ? DatagramKind.Unknown
        : datagram[0] switch
        {
            <= 3 when datagram.Length >= 20 => DatagramKind.Stun,
            >= 20 and <= 63 when datagram.Length >= 13 => DatagramKind.Dtls,
            >= 64 and <= 79 when datagram.Length >= 4 => DatagramKind.Channel,
            // RFC 5761 §4: with multiplexing, payload types 64–95 are not used for RTP, so 192–223 in the second byte is RTCP.
            >= 128 and <= 191 when datagram[1] is >= 192 and <= 223 => datagram.Length >= 8 ? DatagramKind.Rtcp : DatagramKind.Unknown,
            >= 128 and <= 191 when datagram.Length >= 12 => DatagramKind.Rtp,
            _ => DatagramKind.Unknown,
        };
}

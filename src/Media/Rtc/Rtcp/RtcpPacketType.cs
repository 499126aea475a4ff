namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>The second byte of an RTCP packet (RFC 3550 §12.1, RFC 4585 §6.1).</summary>
public enum RtcpPacketType : byte
{
    /// <summary>SR.</summary>
    SenderReport = 200,
    /// <summary>RR.</summary>
    ReceiverReport = 201,
    /// <summary>SDES.</summary>
    SourceDescription = 202,
    /// <summary>BYE.</summary>
    Bye = 203,
    /// <summary>APP.</summary>
    Application = 204,
    /// <summary>RTPFB: NACK (1), transport-wide feedback (15).</summary>
    TransportLayerFeedback = 205,
    /// <summary>PSFB: PLI (1), FIR (4), REMB and other application messages (15).</summary>
    PayloadFeedback = 206,
    /// <summary>XR (RFC 3611).</summary>
    ExtendedReport = 207,
}

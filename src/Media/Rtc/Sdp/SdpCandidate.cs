namespace FirstRing.Media.Rtc.Sdp;

/// <summary>How a host candidate is reached.</summary>
public enum CandidateProtocol
{
    /// <summary>UDP.</summary>
    Udp,
    /// <summary>ICE-TCP, passive (RFC 6544).</summary>
    Tcp,
}

/// <summary>A host candidate of the server, in order of preference.</summary>
/// <param name="Address">IPv4 or IPv6 in text.</param>
/// <param name="Port">The port.</param>
/// <param name="Protocol">UDP or passive TCP.</param>
public sealed record SdpCandidate(string Address, ushort Port, CandidateProtocol Protocol = CandidateProtocol.Udp);

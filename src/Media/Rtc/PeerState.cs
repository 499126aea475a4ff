namespace FirstRing.Media.Rtc;

/// <summary>How far a peer has come. Media passes in <see cref="Connected"/> only.</summary>
public enum PeerState
{
    /// <summary>No authenticated check yet.</summary>
    New,
    /// <summary>The path is proved; DTLS may begin.</summary>
    IceValidated,
    /// <summary>Keys are there, the answer with the fingerprint is not.</summary>
    DtlsDone,
    /// <summary>The certificate is the one that came by signaling.</summary>
    Connected,
    /// <summary>Connected, but no check came for ten seconds.</summary>
    Disconnected,
    /// <summary>No check for thirty seconds, a handshake that failed, or the wrong certificate. Final.</summary>
    Failed,
    /// <summary>Ended by either side. Final.</summary>
    Closed,
}

namespace FirstRing.Media.Rtc.Dtls;

/// <summary>The DTLS port: whoever does the handshake does it elsewhere, on its own threads; a worker only pushes datagrams and is told.</summary>
public interface IDtlsServer
{
    /// <summary>SHA-256 of our certificate, as it goes into the offer.</summary>
    ReadOnlySpan<byte> Fingerprint { get; }

    /// <summary>Starts one association as the server. The sink is called from foreign threads, from now until <see cref="IDtlsAssociation.Close"/> returns and a little after.</summary>
    IDtlsAssociation Open(IDtlsSink sink);
}

/// <summary>One peer's DTLS. Called by its worker alone.</summary>
public interface IDtlsAssociation
{
    /// <summary>Takes a datagram that came by the ICE-validated path; copied; lost when too many wait.</summary>
    void Push(ReadOnlySpan<byte> datagram);

    /// <summary>Ends the handshake or says close_notify, and frees what is held. Harmless twice.</summary>
    void Close();
}

/// <summary>What comes out of an association. Each call comes from a foreign thread: hand it to the worker's inbox and return.</summary>
public interface IDtlsSink
{
    /// <summary>Send this by the peer's current path. The bytes are not kept.</summary>
    void Send(ReadOnlySpan<byte> datagram);

    /// <summary>The handshake is done. Media may flow only if the fingerprint is the one that came by signaling.</summary>
    void Connected(DtlsKeys keys);

    /// <summary>The handshake failed or timed out; nothing more will come. The reason is a fixed word, never the peer's bytes.</summary>
    void Failed(string reason);

    /// <summary>The peer said close_notify.</summary>
    void Closed();
}

/// <summary>What a finished handshake yields.</summary>
/// <param name="Profile">SRTP protection profile: 0x0007 AEAD_AES_128_GCM or 0x0001 AES128_CM_HMAC_SHA1_80 (RFC 5764, RFC 7714).</param>
/// <param name="Material">Client key ‖ server key ‖ client salt ‖ server salt (RFC 5764 §4.2).</param>
/// <param name="PeerFingerprint">SHA-256 of the peer's certificate.</param>
public sealed record DtlsKeys(ushort Profile, byte[] Material, byte[] PeerFingerprint);

using System.Buffers.Binary;
using FirstRing.Media.Rtc.Rtp;

namespace FirstRing.Media.Rtc.Srtp;

/// <summary>
/// Protects what goes to one peer. Not thread-safe: one owner. An (SSRC, index) pair is sealed once only: a second sealing under GCM would
/// give the authentication key away, so a resend goes on the RTX stream or repeats the sealed bytes.
/// </summary>
public sealed class SrtpSender : IDisposable
{
    /// <summary>How many SSRCs one peer may be sent.</summary>
    public const int MaxStreams = 64;
    const long MaxIndex = 0xFFFF_FFFF_FFFF;
    const uint MaxRtcpIndex = 0x7FFF_FFFF;

    readonly SrtpCipher _cipher;
    readonly Dictionary<uint, SrtpStream> _streams = new(MaxStreams);

    /// <summary>Bytes that protection adds to an RTP packet.</summary>
    public int TagLength => _cipher.TagLength;

    /// <summary>Takes the master key and salt of this direction; throws when their sizes do not fit the profile.</summary>
    public SrtpSender(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt) =>
        _cipher = SrtpCipher.Create(profile, masterKey, masterSalt);

    /// <summary>Seals a packet out of place; see the overload. <paramref name="headerLength"/> counts the extension too.</summary>
    public int ProtectRtp(ReadOnlySpan<byte> plainPacket, int headerLength, Span<byte> destination) =>
        headerLength < RtpHeader.FixedLength || headerLength > plainPacket.Length
            ? 0
            : ProtectRtp(plainPacket[..headerLength], plainPacket[headerLength..], destination);

    /// <summary>
    /// Copies the (rewritten) header and encrypts the shared payload into <paramref name="destination"/>. Returns the length; 0 when nothing may be
    /// sent: no room, a broken header, an index used before or too old, or more than <see cref="MaxStreams"/> SSRCs.
    /// </summary>
    public int ProtectRtp(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (!RtpHeader.TryMeasure(header, out var headerLength) || headerLength != header.Length) return 0;
        if (!CounterMode.Fits(payload.Length) || destination.Length < header.Length + payload.Length + _cipher.TagLength) return 0;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(header[8..]);
        if (StreamOf(ssrc) is not { } stream) return 0;
        var index = stream.Estimate(BinaryPrimitives.ReadUInt16BigEndian(header[2..]));
        if (index is < 0 or > MaxIndex || !stream.Rtp.IsFresh(index)) return 0;
        stream.Rtp.Use(index);
        header.CopyTo(destination);
        return _cipher.SealRtp(ssrc, index, payload, header.Length, destination);
    }

    /// <summary>Seals a compound or reduced-size RTCP packet. Returns the length; 0 when it does not fit or may not be sent.</summary>
    public int ProtectRtcp(ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        if (packet.Length < 8 || !CounterMode.Fits(packet.Length) || destination.Length < packet.Length + _cipher.TagLength + 4) return 0;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        if (StreamOf(ssrc) is not { } stream) return 0;
        var index = stream.Rtcp.Highest + 1;
        if (index > MaxRtcpIndex) return 0; // RFC 3711 §9.2: the key is used up
        stream.Rtcp.Use(index);
        return _cipher.SealRtcp(ssrc, (uint)index, packet, destination);
    }

    SrtpStream? StreamOf(uint ssrc)
    {
        if (_streams.TryGetValue(ssrc, out var stream)) return stream;
        if (_streams.Count >= MaxStreams) return null;
        return _streams[ssrc] = new SrtpStream();
    }

    /// <summary>Frees the keys.</summary>
    public void Dispose() => _cipher.Dispose();
}

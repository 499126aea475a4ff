using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtp;

/// <summary>One decrypted RTP packet over the bytes it came in (RFC 3550 §5.1, RFC 8285).</summary>
public readonly ref struct RtpPacket
{
    readonly ReadOnlySpan<byte> _packet;
    readonly int _extensionAt; // first byte of extension elements, 0 when there are none
    readonly ushort _profile;

    RtpPacket(ReadOnlySpan<byte> packet, int headerLength, int extensionAt, ushort profile, int padding)
    {
        _packet = packet;
        _extensionAt = extensionAt;
        _profile = profile;
        HeaderLength = headerLength;
        PaddingLength = padding;
    }

    /// <summary>The marker bit.</summary>
    public bool Marker => (_packet[1] & 0x80) != 0;
    /// <summary>0–127.</summary>
    public int PayloadType => _packet[1] & 0x7F;
    /// <summary>The sequence number.</summary>
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);
    /// <summary>The timestamp in the codec's clock.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);
    /// <summary>The synchronization source.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);
    /// <summary>Bytes before the payload: fixed header, CSRCs and extension.</summary>
    public int HeaderLength { get; }
    /// <summary>Bytes of padding at the end, its count byte included.</summary>
    public int PaddingLength { get; }
    /// <summary>The payload without padding; empty in a pure padding probe.</summary>
    public ReadOnlySpan<byte> Payload => _packet[HeaderLength..^PaddingLength];
    /// <summary>The header, extension included.</summary>
    public ReadOnlySpan<byte> Header => _packet[..HeaderLength];
    /// <summary>The whole packet.</summary>
    public ReadOnlySpan<byte> Bytes => _packet;

    /// <summary>Reads a packet whose header, extension and padding fit; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out RtpPacket packet)
    {
        packet = default;
        if (!RtpHeader.TryMeasure(datagram, out var headerLength)) return false;
        var padding = 0;
        if ((datagram[0] & 0x20) != 0)
        {
            padding = datagram[^1];
            if (padding == 0 || headerLength + padding > datagram.Length) return false;
        }
        var extensionAt = 0;
        ushort profile = 0;
        if ((datagram[0] & 0x10) != 0)
        {
            extensionAt = RtpHeader.FixedLength + 4 * (datagram[0] & 0xF) + 4;
            profile = BinaryPrimitives.ReadUInt16BigEndian(datagram[(extensionAt - 4)..]);
        }
        packet = new RtpPacket(datagram, headerLength, extensionAt, profile, padding);
        return true;
    }

    /// <summary>Finds a header extension by its negotiated id, in one-byte or two-byte form (RFC 8285 §4.2, §4.3).</summary>
    public bool TryGetExtension(int id, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_extensionAt == 0 || id == 0) return false;
        var elements = new RtpExtensionReader(_packet[_extensionAt..HeaderLength], _profile);
        while (elements.Next(out var found, out value))
            if (found == id)
                return true;
        value = default;
        return false;
    }
}

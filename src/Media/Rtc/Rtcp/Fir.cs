using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>Full intra request (RFC 5104 §4.3.1): a keyframe per entry; the same number again is the same request.</summary>
public readonly ref struct Fir
{
    const int Format = 4;
    const int EntryLength = 8;

    readonly ReadOnlySpan<byte> _entries;

    Fir(ReadOnlySpan<byte> entries) => _entries = entries;

    /// <summary>How many streams are asked for.</summary>
    public int Count => _entries.Length / EntryLength;

    /// <summary>One entry: the stream and the request's number.</summary>
    public (uint MediaSsrc, byte Number) this[int index] =>
        (BinaryPrimitives.ReadUInt32BigEndian(_entries.Slice(index * EntryLength, EntryLength)), _entries[index * EntryLength + 4]);

    /// <summary>Reads a FIR; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out Fir fir)
    {
        fir = default;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out _, out var fci)) return false;
        if (fci.IsEmpty || fci.Length % EntryLength != 0) return false;
        fir = new Fir(fci);
        return true;
    }

    /// <summary>Writes a FIR for one stream and returns its length; 0 when it does not fit.</summary>
    public static int Write(Span<byte> destination, uint senderSsrc, uint mediaSsrc, byte number)
    {
        const int length = FeedbackHeader.Length + EntryLength;
        if (destination.Length < length) return 0;
        // RFC 5104 §4.3.1.2: the media SSRC of the header is not used and is 0.
        FeedbackHeader.Write(destination, RtcpPacketType.PayloadFeedback, Format, length, senderSsrc, 0);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], mediaSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)number << 24);
        return length;
    }
}

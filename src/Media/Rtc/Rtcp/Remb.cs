using System.Buffers.Binary;
using System.Numerics;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03 §2.2), for peers without transport-wide feedback.</summary>
public readonly ref struct Remb
{
    const int Format = 15;
    const uint Name = 0x52454D42; // "REMB"

    readonly ReadOnlySpan<byte> _sources;

    Remb(ulong bitrate, ReadOnlySpan<byte> sources)
    {
        Bitrate = bitrate;
        _sources = sources;
    }

    /// <summary>Bits per second, for all the sources together; saturated at 2^63.</summary>
    public ulong Bitrate { get; }
    /// <summary>How many sources the estimate covers.</summary>
    public int Count => _sources.Length / 4;
    /// <summary>One of them.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(_sources.Slice(4 * index, 4));

    /// <summary>Reads a REMB; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out Remb remb)
    {
        remb = default;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out _, out var fci)) return false;
        if (fci.Length < 8 || BinaryPrimitives.ReadUInt32BigEndian(fci) != Name || fci.Length < 8 + 4 * fci[4]) return false;
        var word = BinaryPrimitives.ReadUInt32BigEndian(fci[4..]) & 0xFFFFFF;
        var (exponent, mantissa) = ((int)(word >> 18), (ulong)(word & 0x3FFFF));
        var overflows = mantissa != 0 && exponent + BitOperations.Log2(mantissa) > 62;
        remb = new Remb(overflows ? 1UL << 63 : mantissa << exponent, fci.Slice(8, 4 * fci[4]));
        return true;
    }

    /// <summary>Writes a REMB, the bitrate rounded down to 18 bits of mantissa, and returns its length; 0 when it does not fit.</summary>
    public static int Write(Span<byte> destination, uint senderSsrc, ulong bitrate, ReadOnlySpan<uint> sources)
    {
        var length = FeedbackHeader.Length + 8 + 4 * sources.Length;
        if (destination.Length < length || sources.Length > 255) return 0;
        var exponent = int.Max(0, BitOperations.Log2(bitrate | 1) - 17);
        FeedbackHeader.Write(destination, RtcpPacketType.PayloadFeedback, Format, length, senderSsrc, 0);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], Name);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)sources.Length << 24 | (uint)exponent << 18 | (uint)(bitrate >> exponent));
        for (var i = 0; i < sources.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(destination[(20 + 4 * i)..], sources[i]);
        return length;
    }
}

using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>BYE: sources that have ended (RFC 3550 §6.6). The reason text is not read.</summary>
public readonly ref struct Bye
{
    readonly ReadOnlySpan<byte> _sources;

    Bye(ReadOnlySpan<byte> sources) => _sources = sources;

    /// <summary>How many sources left.</summary>
    public int Count => _sources.Length / 4;

    /// <summary>One of them.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(_sources.Slice(4 * index, 4));

    /// <summary>Reads a BYE; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out Bye bye)
    {
        bye = default;
        if (packet.Type != RtcpPacketType.Bye || packet.Body.Length < 4 * packet.Count) return false;
        bye = new Bye(packet.Body[..(4 * packet.Count)]);
        return true;
    }

    /// <summary>Writes a BYE and returns its length; 0 when it does not fit or names over 31 sources.</summary>
    public static int Write(Span<byte> destination, ReadOnlySpan<uint> sources)
    {
        var length = RtcpPacket.HeaderLength + 4 * sources.Length;
        if (destination.Length < length || sources.Length > 31) return 0;
        RtcpPacket.WriteHeader(destination, RtcpPacketType.Bye, sources.Length, length);
        for (var i = 0; i < sources.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(destination[(4 + 4 * i)..], sources[i]);
        return length;
    }
}

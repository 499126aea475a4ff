using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>A datagram of RTCP packets, compound or reduced-size (RFC 3550 §6.1, RFC 5506). Walk it with foreach.</summary>
public readonly ref struct RtcpCompound
{
    readonly ReadOnlySpan<byte> _datagram;

    RtcpCompound(ReadOnlySpan<byte> datagram) => _datagram = datagram;

    /// <summary>Reads a datagram whose packets fill it exactly; padding is allowed on the last one only. False for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out RtcpCompound compound)
    {
        compound = default;
        if (datagram.IsEmpty) return false;
        for (var rest = datagram; !rest.IsEmpty;)
        {
            if (rest.Length < RtcpPacket.HeaderLength || rest[0] >> 6 != 2) return false;
            var length = LengthOf(rest);
            if (length > rest.Length) return false;
            if ((rest[0] & 0x20) != 0)
            {
                if (length != rest.Length) return false;
                var padding = rest[^1];
                if (padding == 0 || padding > length - RtcpPacket.HeaderLength) return false;
            }
            rest = rest[length..];
        }
        compound = new RtcpCompound(datagram);
        return true;
    }

    /// <summary>Starts the walk.</summary>
    public Enumerator GetEnumerator() => new(_datagram);

    static int LengthOf(ReadOnlySpan<byte> packet) => 4 * (BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) + 1);

    /// <summary>The walk over the packets.</summary>
    public ref struct Enumerator
    {
        ReadOnlySpan<byte> _rest;

        internal Enumerator(ReadOnlySpan<byte> datagram) => _rest = datagram;

        /// <summary>The packet the walk stands on.</summary>
        public RtcpPacket Current { get; private set; }

        /// <summary>Goes to the next packet.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            var bytes = _rest[..LengthOf(_rest)];
            _rest = _rest[bytes.Length..];
            Current = new RtcpPacket(bytes, (bytes[0] & 0x20) != 0 ? bytes[^1] : 0);
            return true;
        }
    }
}

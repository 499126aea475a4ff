using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>Generic NACK: sequence numbers to send again (RFC 4585 §6.2.1). Walk it with foreach.</summary>
public readonly ref struct Nack
{
    const int Format = 1;

    readonly ReadOnlySpan<byte> _pairs;

    Nack(uint sender, uint media, ReadOnlySpan<byte> pairs)
    {
        SenderSsrc = sender;
        MediaSsrc = media;
        _pairs = pairs;
    }

    /// <summary>Who asks.</summary>
    public uint SenderSsrc { get; }
    /// <summary>The stream asked for.</summary>
    public uint MediaSsrc { get; }

    /// <summary>Reads a NACK; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out Nack nack)
    {
        nack = default;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.TransportLayerFeedback, Format, out var media, out var fci)) return false;
        if (fci.Length is 0 || (fci.Length & 3) != 0) return false;
        nack = new Nack(packet.SenderSsrc, media, fci);
        return true;
    }

    /// <summary>
    /// Writes a NACK for numbers that ascend (around the wrap too) and returns its length. <paramref name="written"/> tells how many of them found
    /// room; 0 for none.
    /// </summary>
    public static int Write(Span<byte> destination, uint sender, uint media, ReadOnlySpan<ushort> lost, out int written)
    {
        written = 0;
        var length = FeedbackHeader.Length;
        while (written < lost.Length && destination.Length >= length + 4)
        {
            var first = lost[written++];
            var following = 0;
            // A pair names one packet and, by bit i, the (i+1)th after it.
            while (written < lost.Length && (ushort)(lost[written] - first - 1) is var bit and < 16)
            {
                following |= 1 << bit;
                written++;
            }
            BinaryPrimitives.WriteUInt16BigEndian(destination[length..], first);
            BinaryPrimitives.WriteUInt16BigEndian(destination[(length + 2)..], (ushort)following);
            length += 4;
        }
        if (written == 0) return 0;
        FeedbackHeader.Write(destination, RtcpPacketType.TransportLayerFeedback, Format, length, sender, media);
        return length;
    }

    /// <summary>Starts the walk over the lost numbers.</summary>
    public Enumerator GetEnumerator() => new(_pairs);

    /// <summary>The walk over the lost numbers.</summary>
    public ref struct Enumerator
    {
        ReadOnlySpan<byte> _rest;
        uint _mask; // bit 0 is the packet itself; what is left of the current pair
        ushort _base;

        internal Enumerator(ReadOnlySpan<byte> pairs) => _rest = pairs;

        /// <summary>A lost sequence number.</summary>
        public ushort Current { get; private set; }

        /// <summary>Goes to the next number.</summary>
        public bool MoveNext()
        {
            if (_mask == 0)
            {
                if (_rest.Length < 4) return false;
                _base = BinaryPrimitives.ReadUInt16BigEndian(_rest);
                _mask = (uint)BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) << 1 | 1;
                _rest = _rest[4..];
            }
            var bit = System.Numerics.BitOperations.TrailingZeroCount(_mask);
            _mask &= _mask - 1;
            Current = (ushort)(_base + bit);
            return true;
        }
    }
}

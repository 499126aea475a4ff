using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>
/// Transport-wide congestion feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): for each packet sent, whether and when it
/// arrived. Walk it with foreach.
/// </summary>
public readonly ref struct TransportFeedback
{
    internal const int Format = 15;
    internal const int FixedLength = FeedbackHeader.Length + 8;
    internal const long TickMicroseconds = 250;
    internal const long ReferenceMicroseconds = 64_000;
    internal const long TicksPerReference = ReferenceMicroseconds / TickMicroseconds;

    readonly ReadOnlySpan<byte> _chunks;
    readonly ReadOnlySpan<byte> _deltas;
    readonly int _reference;

    TransportFeedback(RtcpPacket packet, ReadOnlySpan<byte> fci, ReadOnlySpan<byte> chunks, ReadOnlySpan<byte> deltas)
    {
        SenderSsrc = packet.SenderSsrc;
        FirstSequence = BinaryPrimitives.ReadUInt16BigEndian(fci);
        StatusCount = BinaryPrimitives.ReadUInt16BigEndian(fci[2..]);
        _reference = BinaryPrimitives.ReadInt32BigEndian(fci[4..]) >> 8;
        Number = fci[7];
        _chunks = chunks;
        _deltas = deltas;
    }

    /// <summary>Who reports.</summary>
    public uint SenderSsrc { get; }
    /// <summary>The transport-wide number of the first status.</summary>
    public ushort FirstSequence { get; }
    /// <summary>How many packets are reported on.</summary>
    public int StatusCount { get; }
    /// <summary>The report's own number.</summary>
    public byte Number { get; }

    /// <summary>Reads a report whose chunks and deltas are all there; false for any other packet.</summary>
    public static bool TryRead(RtcpPacket packet, out TransportFeedback feedback)
    {
        feedback = default;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.TransportLayerFeedback, Format, out _, out var fci) || fci.Length < 8) return false;
        var rest = fci[8..];
        var (left, at, deltaLength) = ((int)BinaryPrimitives.ReadUInt16BigEndian(fci[2..]), 0, 0);
        while (left > 0)
        {
            if (rest.Length - at < 2) return false;
            var chunk = new StatusChunk(BinaryPrimitives.ReadUInt16BigEndian(rest[at..]));
            var count = int.Min(left, chunk.Count);
            if (count == 0) return false; // an empty run moves nothing: refuse it rather than walk 16 KB of them
            deltaLength += chunk.DeltaLength(count);
            left -= count;
            at += 2;
        }
        if (rest.Length - at < deltaLength) return false;
        feedback = new TransportFeedback(packet, fci, rest[..at], rest.Slice(at, deltaLength));
        return true;
    }

    /// <summary>Starts the walk over all reported packets.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>The walk over all reported packets.</summary>
    public ref struct Enumerator
    {
        ReadOnlySpan<byte> _chunks, _deltas;
        StatusChunk _chunk;
        int _inChunk, _left;
        ushort _next;
        long _ticks;

        internal Enumerator(TransportFeedback feedback)
        {
            _chunks = feedback._chunks;
            _deltas = feedback._deltas;
            (_next, _left) = (feedback.FirstSequence, feedback.StatusCount);
            _ticks = feedback._reference * TicksPerReference;
        }

        /// <summary>The packet the walk stands on.</summary>
        public TransportStatus Current { get; private set; }

        /// <summary>Goes to the next packet.</summary>
        public bool MoveNext()
        {
            if (_left == 0) return false;
            if (_inChunk == _chunk.Count)
            {
                _chunk = new StatusChunk(BinaryPrimitives.ReadUInt16BigEndian(_chunks));
                _chunks = _chunks[2..];
                _inChunk = 0;
            }
            var status = _chunk[_inChunk++];
            _left--;
            var received = status is StatusChunks.Small or StatusChunks.Large;
            if (status == StatusChunks.Small)
            {
                _ticks += _deltas[0];
                _deltas = _deltas[1..];
            }
            else if (status == StatusChunks.Large)
            {
                _ticks += BinaryPrimitives.ReadInt16BigEndian(_deltas);
                _deltas = _deltas[2..];
            }
            Current = new TransportStatus(_next++, received, received ? _ticks * TickMicroseconds : 0);
            return true;
        }
    }
}

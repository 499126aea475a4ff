using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Framing;

/// <summary>Cuts a TCP stream into datagrams, each behind its length in two bytes (RFC 4571 §2). However the stream is cut, the datagrams are the same.</summary>
public sealed class FrameReader
{
    /// <summary>Bytes in front of a datagram.</summary>
    public const int HeaderLength = 2;
    /// <summary>Bytes of the longest datagram. Nothing valid is longer, so a longer one means that this is no stream of ours.</summary>
    public const int Longest = SendBatch.SlotBytes;

    readonly byte[] _bytes = new byte[2 * (HeaderLength + Longest)];
    int _start, _end;

    /// <summary>A length was out of bounds: nothing behind it means anything.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Where the stream's next bytes go; never empty after <see cref="TryRead"/> has said false. Ends the life of what was read.</summary>
    public Span<byte> Room
    {
        get
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
            return _bytes.AsSpan(_end);
        }
    }

    /// <summary>So many bytes were put into <see cref="Room"/>.</summary>
    public void Take(int count) => _end += count;

    /// <summary>The next whole datagram, which may be empty; false when the rest of it is still to come, or when the stream is broken.</summary>
    public bool TryRead(out Span<byte> datagram)
    {
        datagram = default;
        if (IsBroken || _end - _start < HeaderLength) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(_start));
        IsBroken = length > Longest;
        if (IsBroken || _end - _start < HeaderLength + length) return false;
        datagram = _bytes.AsSpan(_start + HeaderLength, length);
        _start += HeaderLength + length;
        return true;
    }
}

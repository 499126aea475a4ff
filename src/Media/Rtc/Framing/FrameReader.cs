using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Framing;

/// <summary>
/// Cuts a TCP stream into datagrams. Each stands behind its length in two bytes (RFC 4571 §2); or, where a relay is asked for, each says itself how long it is
/// (RFC 8656 §3.1). However the stream is cut, the datagrams are the same.
/// </summary>
/// <param name="mayBeTurn">Whether the stream may be one for a relay: it is when it begins as an Allocate request does, which would be a frame of three bytes otherwise.</param>
public sealed class FrameReader(bool mayBeTurn = false)
{
    /// <summary>Bytes in front of a datagram.</summary>
    public const int HeaderLength = 2;
    /// <summary>Bytes of the longest datagram. Nothing valid is longer, so a longer one means that this is no stream of ours.</summary>
    public const int Longest = SendBatch.SlotBytes;

    const int AllocateRequest = 0x0003, StunHeader = 20, TurnHeader = 4;

    readonly byte[] _bytes = new byte[2 * (HeaderLength + Longest)];
    int _start, _end;
    bool _hasBegun;

    /// <summary>A length was out of bounds: nothing behind it means anything.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>It is a stream for a relay. Known once there was a datagram.</summary>
    public bool IsTurn { get; private set; }

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

    /// <summary>What has come and was not read yet.</summary>
    public ReadOnlySpan<byte> Waiting => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Passes over so many bytes in front of the first datagram.</summary>
    public void Skip(int count) => _start += count;

    /// <summary>The next whole datagram, which may be empty; false when the rest of it is still to come, or when the stream is broken.</summary>
    public bool TryRead(out Span<byte> datagram)
    {
        datagram = default;
        if (IsBroken || _end - _start < HeaderLength) return false;
        var first = BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(_start));
        if (!_hasBegun) (_hasBegun, IsTurn) = (true, mayBeTurn && first == AllocateRequest);
        if (IsTurn) return TryReadTurn(first, out datagram);
        IsBroken = first > Longest;
        if (IsBroken || _end - _start < HeaderLength + first) return false;
        datagram = _bytes.AsSpan(_start + HeaderLength, first);
        _start += HeaderLength + first;
        return true;
    }

    // Messages have their length behind their type, and so has what comes by a channel, which is filled up to a multiple of four here.
    bool TryReadTurn(ushort first, out Span<byte> datagram)
    {
        datagram = default;
        if (_end - _start < TurnHeader) return false;
        var isChannel = first >> 14 == 1;
        var length = (isChannel ? TurnHeader : StunHeader) + BinaryPrimitives.ReadUInt16BigEndian(_bytes.AsSpan(_start + 2));
        var whole = length + 3 & ~3;
        IsBroken = first >> 15 == 1 || whole > Longest;
        if (IsBroken || _end - _start < whole) return false;
        datagram = _bytes.AsSpan(_start, length);
        _start += whole;
        return true;
    }
}

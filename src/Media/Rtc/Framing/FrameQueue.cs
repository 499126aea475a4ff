using System.Buffers;
using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Framing;

/// <summary>
/// What waits for one TCP connection, framed as <see cref="FrameReader"/> reads it. Sound, feedback and checks go first; pictures wait behind them, and when they have waited too
/// long all of them are dropped at once and none is taken until nothing waits any more. Whoever reads slowly costs a bounded amount of memory.
/// </summary>
public sealed class FrameQueue : IDisposable
{
    /// <summary>Bytes of pictures that may wait: a large keyframe.</summary>
    public const int MostPictureBytes = 256 * 1024;
    /// <summary>How long a picture may wait (µs).</summary>
    public const long PicturePatience = 1_000_000;
    /// <summary>How long anything else may wait (µs): older sound would only hold up the newer.</summary>
    public const long Patience = 1_000_000;
    /// <summary>Packets of sound and the like that may wait.</summary>
    public const int MostUrgent = 512;

    readonly record struct Frame(byte[] Bytes, int Length, long At);

    readonly Queue<Frame> _urgent = new(), _pictures = new();
    int _pictureBytes;
    int _begun; // bytes of a frame that have left; the rest must follow before anything else
    bool _begunIsPicture, _holds;

    /// <summary>Pictures are welcome.</summary>
    public bool TakesPictures => !_holds;

    /// <summary>Datagrams say themselves how long they are, and are filled up to a multiple of four (RFC 8656 §12.5): no length goes in front.</summary>
    public bool IsTurn { get; set; }

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _urgent.Count + _pictures.Count == 0;

    /// <summary>Bytes that wait, the lengths in front included.</summary>
    public int Bytes { get; private set; }

    /// <summary>Datagrams that were not sent.</summary>
    public long Dropped { get; private set; }

    /// <summary>Queues a copy of a datagram.</summary>
    public void Add(ReadOnlySpan<byte> datagram, bool isPicture, long now)
    {
        DropStale(now);
        if (isPicture && !_holds && _pictureBytes + datagram.Length > MostPictureBytes) HoldPictures();
        if (isPicture ? _holds : _urgent.Count >= MostUrgent)
        {
            Dropped++;
            return;
        }
        var header = IsTurn ? 0 : FrameReader.HeaderLength;
        var padding = IsTurn ? -datagram.Length & 3 : 0;
        var length = header + datagram.Length + padding;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        if (!IsTurn) BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)datagram.Length);
        datagram.CopyTo(bytes.AsSpan(header));
        bytes.AsSpan(header + datagram.Length, padding).Clear();
        (isPicture ? _pictures : _urgent).Enqueue(new Frame(bytes, length, now));
        Bytes += length;
        if (isPicture) _pictureBytes += length;
    }

    /// <summary>Copies what is to leave next, as much as there is room for, and returns how much. It stays until <see cref="Sent"/>.</summary>
    public int Peek(Span<byte> destination, long now)
    {
        DropStale(now);
        var length = 0;
        if (_begun > 0) Copy((_begunIsPicture ? _pictures : _urgent).Peek().Bytes.AsSpan(_begun, Rest), destination, ref length);
        CopyAll(_urgent, _begun > 0 && !_begunIsPicture, destination, ref length);
        CopyAll(_pictures, _begun > 0 && _begunIsPicture, destination, ref length);
        return length;
    }

    /// <summary>So many bytes of what <see cref="Peek"/> gave have left.</summary>
    public void Sent(int count)
    {
        Bytes -= count;
        while (count > 0)
        {
            if (_begun == 0) _begunIsPicture = _urgent.Count == 0;
            if (count < Rest)
            {
                _begun += count;
                return;
            }
            count -= Rest;
            _begun = 0;
            Discard(_begunIsPicture ? _pictures : _urgent);
        }
        if (IsEmpty) _holds = false;
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        while (_urgent.Count > 0) Discard(_urgent);
        while (_pictures.Count > 0) Discard(_pictures);
        (_begun, Bytes) = (0, 0);
    }

    int Rest => (_begunIsPicture ? _pictures : _urgent).Peek().Length - _begun;

    void DropStale(long now)
    {
        if (_pictures.TryPeek(out var picture) && now - picture.At > PicturePatience && !_holds) HoldPictures();
        while (!(_begun > 0 && !_begunIsPicture) && _urgent.TryPeek(out var oldest) && now - oldest.At > Patience) Drop(_urgent);
    }

    // A picture with a hole in it shows nothing until the next keyframe, so nothing is gained by keeping a part of them.
    void HoldPictures()
    {
        _holds = true;
        var begun = _begun > 0 && _begunIsPicture ? _pictures.Dequeue() : default;
        while (_pictures.Count > 0) Drop(_pictures);
        if (begun.Bytes is not null) _pictures.Enqueue(begun);
    }

    void Drop(Queue<Frame> lane)
    {
        Dropped++;
        Bytes -= lane.Peek().Length;
        Discard(lane);
    }

    void Discard(Queue<Frame> lane)
    {
        var frame = lane.Dequeue();
        if (ReferenceEquals(lane, _pictures)) _pictureBytes -= frame.Length;
        ArrayPool<byte>.Shared.Return(frame.Bytes);
    }

    static void CopyAll(Queue<Frame> lane, bool afterFirst, Span<byte> destination, ref int length)
    {
        foreach (var frame in lane)
        {
            if (length == destination.Length) return;
            if (!afterFirst) Copy(frame.Bytes.AsSpan(0, frame.Length), destination, ref length);
            afterFirst = false;
        }
    }

    static void Copy(ReadOnlySpan<byte> bytes, Span<byte> destination, ref int length)
    {
        bytes = bytes[..int.Min(bytes.Length, destination.Length - length)];
        bytes.CopyTo(destination[length..]);
        length += bytes.Length;
    }
}

using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtcp;

// Packs per-packet statuses into the 16-bit chunks of draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1.3 and §3.1.4, greedily: statuses
// wait until the next one could not share a chunk with them. Up to 14 statuses wait as such; a run of equals waits as a number.
ref struct StatusChunks(Span<byte> destination)
{
    internal const int NotReceived = 0, Small = 1, Large = 2;
    const int OneBitCapacity = 14, TwoBitCapacity = 7, RunCapacity = 0x1FFF;

    readonly Span<byte> _destination = destination;
    uint _waiting; // two bits each, the first status lowest; only the first 14
    int _count;
    bool _allEqual = true, _anyLarge;

    internal int Length { get; private set; }

    // Bytes for what the next status may push out and what waits after it, with one chunk to spare.
    internal const int Reserve = 6;

    internal void Add(int status)
    {
        if (!CanTake(status)) Emit();
        if (_count < OneBitCapacity) _waiting |= (uint)status << 2 * _count;
        _allEqual &= status == (int)(_waiting & 3);
        _anyLarge |= status == Large;
        _count++;
    }

    internal void Flush()
    {
        // Only the last vector may be part filled: the status count tells the reader where to stop.
        if (_count > 0 && !_allEqual && !_anyLarge) PutVector(0x8000, OneBitCapacity, 1);
        while (_count > 0) Emit();
    }

    readonly bool CanTake(int status) =>
        _count < TwoBitCapacity
        || (_count < OneBitCapacity && !_anyLarge && status != Large)
        || (_count < RunCapacity && _allEqual && status == (int)(_waiting & 3));

    void Emit()
    {
        if (_allEqual) Put((int)(_waiting & 3) << 13 | _count, _count);
        else if (_count == OneBitCapacity) PutVector(0x8000, OneBitCapacity, 1);
        else PutVector(0xC000, TwoBitCapacity, 2);
    }

    void PutVector(int vector, int capacity, int bits)
    {
        var statuses = 0;
        for (var i = 0; i < capacity; i++) statuses = statuses << bits | (int)(_waiting >> 2 * i & 3);
        Put(vector | statuses, int.Min(_count, capacity));
    }

    void Put(int chunk, int taken)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Length..], (ushort)chunk);
        Length += 2;
        _count -= taken;
        _waiting = _count == 0 ? 0 : _waiting >> 2 * taken;
        (_allEqual, _anyLarge) = (true, false);
        for (var i = 0; i < _count; i++)
        {
            var status = (int)(_waiting >> 2 * i & 3);
            _allEqual &= status == (int)(_waiting & 3);
            _anyLarge |= status == Large;
        }
    }
}

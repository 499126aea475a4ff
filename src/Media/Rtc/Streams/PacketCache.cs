namespace FirstRing.Media.Rtc.Streams;

/// <summary>A packet as it came from the publisher, decrypted.</summary>
public readonly ref struct CachedPacket
{
    /// <summary>Its number in the publisher's stream, unwrapped.</summary>
    public required long Number { get; init; }
    /// <summary>The payload.</summary>
    public required ReadOnlySpan<byte> Payload { get; init; }
    /// <summary>The publisher's timestamp.</summary>
    public required uint Timestamp { get; init; }
    /// <summary>The payload type.</summary>
    public required byte PayloadType { get; init; }
    /// <summary>The marker bit.</summary>
    public required bool Marker { get; init; }
}

/// <summary>
/// The last second of one video stream, once for all its subscribers: retransmissions are made from here. A ring of bytes that starts small and
/// grows while it turns over faster than packets are asked for; so a lobby, a thin stream and a fat one each hold what they need.
/// </summary>
public sealed class PacketCache
{
    /// <summary>Older packets are not resent (µs): a receiver has given up on them.</summary>
    public const long Retention = 1_000_000;
    // Turned over faster than this the ring grows: three round trips of 250 ms.
    const long WantedTurn = 800_000;
    const int FirstBytes = 64 * 1024, MostBytes = 1024 * 1024;
    const int Entries = 512;

    struct Entry
    {
        public byte[]? Ring;
        public long At, Sequence, Start;
        public uint Timestamp;
        public ushort Length;
        public byte PayloadType;
        public bool Marker;
    }

    readonly Entry[] _entries = new Entry[Entries];
    byte[] _ring = Allocate(FirstBytes);
    long _written; // bytes ever written into this ring, skipped tails included
    long _turnedAt;

    /// <summary>Bytes held.</summary>
    public int Capacity => _ring.Length;

    /// <summary>Keeps a copy.</summary>
    public void Add(in MediaPacket packet, long now)
    {
        var length = packet.Payload.Length;
        if (length > SendBatch.SlotBytes) return;
        var at = (int)(_written % _ring.Length);
        if (at + length > _ring.Length)
        {
            _written += _ring.Length - at;
            if (now - _turnedAt < WantedTurn && _ring.Length < MostBytes) Grow();
            _turnedAt = now;
            at = 0;
        }
        packet.Payload.CopyTo(_ring.AsSpan(at));
        _entries[packet.Sequence & (Entries - 1)] = new Entry
        {
            Ring = _ring,
            At = now,
            Sequence = packet.Sequence,
            Start = _written,
            Timestamp = packet.Timestamp,
            Length = (ushort)length,
            PayloadType = packet.PayloadType,
            Marker = packet.Marker,
        };
        _written += length;
    }

    /// <summary>Finds a packet that is still whole and young.</summary>
    public bool TryFind(long sequence, long now, out CachedPacket packet)
    {
        ref var entry = ref _entries[sequence & (Entries - 1)];
        packet = default;
        if (entry.Ring is null || entry.Sequence != sequence || now - entry.At > Retention) return false;
        // A ring that was outgrown is not written any more: what it held is whole.
        if (ReferenceEquals(entry.Ring, _ring) && entry.Start < _written - _ring.Length) return false;
        packet = new CachedPacket
        {
            Number = sequence,
            Payload = entry.Ring.AsSpan((int)(entry.Start % entry.Ring.Length), entry.Length),
            Timestamp = entry.Timestamp,
            PayloadType = entry.PayloadType,
            Marker = entry.Marker,
        };
        return true;
    }

    /// <summary>Forgets everything: the stream starts again with other numbers.</summary>
    public void Clear() => Array.Clear(_entries);

    void Grow()
    {
        _ring = Allocate(int.Min(_ring.Length * 3 / 2, MostBytes));
        _written = 0;
    }

    // Out of the compacting heap: it lives as long as the call.
    static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
}

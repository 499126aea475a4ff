namespace FirstRing.Media.Rtc.Rtcp;

// One 16-bit chunk, read: a run (0 SS LLLLLLLLLLLLL), 14 one-bit or 7 two-bit statuses (10…, 11…). Status 3 is reserved and carries no delta.
readonly struct StatusChunk(ushort value)
{
    internal int Count => value switch
    {
        < 0x8000 => value & 0x1FFF,
        < 0xC000 => 14,
        _ => 7,
    };

    internal int this[int index] => value switch
    {
        < 0x8000 => value >> 13 & 3,
        < 0xC000 => value >> 13 - index & 1,
        _ => value >> 2 * (6 - index) & 3,
    };

    internal int DeltaLength(int count)
    {
        if (value < 0x8000) return count * Bytes(value >> 13 & 3);
        var length = 0;
        for (var i = 0; i < count; i++) length += Bytes(this[i]);
        return length;
    }

    static int Bytes(int status) => status is StatusChunks.Small or StatusChunks.Large ? status : 0;
}

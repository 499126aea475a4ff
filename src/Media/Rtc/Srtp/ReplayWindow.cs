namespace FirstRing.Media.Rtc.Srtp;

// Which of the last 1,024 indexes were used (RFC 3711 §3.3.2 asks for at least 64). A ring of words after RFC 6479: moving on clears whole
// words instead of shifting. 1,024 because at 300 packets/s a late packet may trail by 3 s, and libWebRTC allows the same.
sealed class ReplayWindow
{
    internal const int Width = 1024;
    const int Words = Width / 64 * 2; // one spare word is enough; a power of two keeps the index a mask

    readonly ulong[] _used = new ulong[Words];

    internal long Highest { get; private set; } = -1;

    internal bool IsFresh(long index) =>
        index > Highest || (index >= 0 && index > Highest - Width && (_used[index >> 6 & Words - 1] & 1UL << (int)index) == 0);

    // Only after IsFresh and only for an index whose packet was authenticated.
    internal void Use(long index)
    {
        if (index > Highest)
        {
            var from = (Highest >> 6) + 1;
            var last = index >> 6;
            for (var word = long.Max(from, last - Words + 1); word <= last; word++) _used[word & Words - 1] = 0;
            Highest = index;
        }
        _used[index >> 6 & Words - 1] |= 1UL << (int)index;
    }
}

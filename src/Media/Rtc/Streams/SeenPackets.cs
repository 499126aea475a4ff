namespace FirstRing.Media.Rtc.Streams;

// Which of the last 2,048 numbers have come: a packet and its retransmission, or a probe that repeats an old one, go on once only.
sealed class SeenPackets
{
    const int Width = 2048;

    readonly ulong[] _seen = new ulong[Width / 64];

    internal long Highest { get; private set; } = -1;

    // False for one that has come before or is too old to tell.
    internal bool Add(long number)
    {
        if (number <= Highest - Width) return false;
        ref var word = ref _seen[number >> 6 & _seen.Length - 1];
        if (number <= Highest)
        {
            var bit = 1UL << (int)number;
            if ((word & bit) != 0) return false;
            word |= bit;
            return true;
        }
        if (Highest < 0 || number - Highest >= Width) Array.Clear(_seen);
        else
            for (var skipped = Highest + 1; skipped <= number; skipped++)
                _seen[skipped >> 6 & _seen.Length - 1] &= ~(1UL << (int)skipped);
        Highest = number;
        word |= 1UL << (int)number;
        return true;
    }

    internal void Clear()
    {
        Array.Clear(_seen);
        Highest = -1;
    }
}

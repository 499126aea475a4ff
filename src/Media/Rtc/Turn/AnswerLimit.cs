namespace FirstRing.Media.Rtc.Turn;

// How many answers those get who have proved nothing, by the second. A fixed table that addresses fall into by a hash nobody outside can foresee:
// a flood of addresses costs no memory, and cannot be aimed at one.
sealed class AnswerLimit(int ofOneAddress, int inAll)
{
    const int Places = 1024;

    readonly int[] _given = new int[Places];
    long _second = -1;
    int _all;

    internal bool TryTake(in RemoteAddress to, long now)
    {
        if (now / 1_000_000 is var second && second != _second)
        {
            (_second, _all) = (second, 0);
            Array.Clear(_given);
        }
        ref var given = ref _given[(uint)HashCode.Combine(to.High, to.IsIPv4 ? to.Low : 0) % Places];
        if (_all >= inAll || given >= ofOneAddress) return false;
        _all++;
        given++;
        return true;
    }
}

namespace FirstRing.Media.Rtc.Turn;

// So many bits a second on average, a quarter of a megabyte at once. Counted in bits × µs, so that no step of time is too small to count.
struct RateBucket(long bitsPerSecond)
{
    internal const int Burst = 256 * 1024;
    const long Full = Burst * 8L * 1_000_000;

    long _left = Full, _at;

    internal bool TryTake(int bytes, long now)
    {
        _left = long.Min(Full, _left + long.Clamp(now - _at, 0, 10_000_000) * bitsPerSecond);
        _at = now;
        var cost = bytes * 8L * 1_000_000;
        if (cost > _left) return false;
        _left -= cost;
        return true;
    }
}

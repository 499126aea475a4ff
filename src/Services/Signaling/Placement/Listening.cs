namespace FirstRing.Signaling.Placement;

/// <summary>
/// For how long this process has been able to hear. Silence of others only means something while we listened: after a pause of ours (a start, a stall, a
/// store that was away) nodes and people get their full time again before they are taken for gone.
/// </summary>
internal sealed class Listening(TimeProvider clock)
{
    static readonly TimeSpan LongestGap = Nodes.DeadAfter;
    long _since = clock.GetTimestamp(), _heard = clock.GetTimestamp();

    /// <summary>Called round after round while all is well.</summary>
    public void Hear()
    {
        var now = clock.GetTimestamp();
        if (clock.GetElapsedTime(_heard, now) > LongestGap) Interlocked.Exchange(ref _since, now);
        _heard = now;
    }

    public bool For(TimeSpan time) => clock.GetElapsedTime(Interlocked.Read(ref _since)) >= time;
}

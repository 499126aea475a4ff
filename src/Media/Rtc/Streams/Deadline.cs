namespace FirstRing.Media.Rtc.Streams;

/// <summary>When a peer wants to be called next (µs). Shared by everything in the peer that has something to do later.</summary>
public sealed class Deadline
{
    /// <summary>The time; far away when there is nothing to do.</summary>
    public long At { get; private set; } = long.MaxValue;

    /// <summary>Asks to be called at this time at the latest.</summary>
    public void NoLaterThan(long time) => At = long.Min(At, time);

    /// <summary>Being called: whoever has more to do asks again.</summary>
    public void Clear() => At = long.MaxValue;
}

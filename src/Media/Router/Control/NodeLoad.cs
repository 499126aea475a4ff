namespace FirstRing.Media.Router.Control;

/// <summary>The busiest worker's share of time not spent waiting since the last reading: 0 idle, 1 saturated.</summary>
internal sealed class NodeLoad(MediaNode node, TimeProvider clock)
{
    private long readAt = clock.GetTimestamp();
    private TimeSpan[] before = new TimeSpan[node.Threads.Count];

    public double Read()
    {
        var elapsed = clock.GetElapsedTime(readAt);
        var busy = node.Threads.Select(thread => thread.Busy).ToArray();
        var load = elapsed <= TimeSpan.Zero ? 0 : busy.Zip(before, (now, then) => (now - then) / elapsed).Max();
        (readAt, before) = (clock.GetTimestamp(), busy);
        return Math.Clamp(load, 0, 1);
    }
}

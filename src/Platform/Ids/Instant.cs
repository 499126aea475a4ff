namespace FirstRing.Platform.Ids;

/// <summary>Instants are integer UTC microseconds since 1970 in every store and contract.</summary>
public static class Instant
{
    public static long Microseconds(this TimeProvider clock) => Microseconds(clock.GetUtcNow());
    public static long Microseconds(DateTimeOffset at) => (at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10;
    public static DateTimeOffset At(long microseconds) => new(DateTimeOffset.UnixEpoch.Ticks + microseconds * 10, TimeSpan.Zero);
}

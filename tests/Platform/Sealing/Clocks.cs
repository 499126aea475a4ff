namespace FirstRing.Tests.Platform.Sealing;

/// <summary>Another's day; pauses are noted and last no time.</summary>
sealed class Unhurried(TimeProvider day) : TimeProvider
{
    public List<TimeSpan> Pauses { get; } = [];

    public override DateTimeOffset GetUtcNow() => day.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pauses.Add(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

/// <summary>Something happens the first time that it is asked: a provider asks for the time of a version that it is about to make.</summary>
sealed class Meanwhile(DateTimeOffset now, Func<Task> happens) : TimeProvider
{
    bool _happened;

    public override DateTimeOffset GetUtcNow()
    {
        if (_happened) return now;
        _happened = true;
        happens().GetAwaiter().GetResult();
        return now;
    }
}

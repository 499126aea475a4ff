using FirstRing.Platform.Ids;

namespace FirstRing.Platform.Audit;

/// <summary>The record of accesses is not kept well enough to allow another one. Shown as 503 <c>audit-behind</c>.</summary>
public sealed class AuditBehindException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>How long the oldest audit row of a store has waited for the log. Beyond <see cref="Bound"/> no PHI of the store is opened or sealed, until the log has it.</summary>
public sealed class AuditLag(TimeProvider clock)
{
    /// <summary>A short absence of the audit service harms nothing; one as long as this means that nobody watches.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    const long Nothing = long.MaxValue;
    long _oldest = Nothing;

    /// <summary>When the oldest row was written that the log has not got, in UTC microseconds; null where it has them all.</summary>
    public long? Oldest
    {
        get => Interlocked.Read(ref _oldest) is var at and not Nothing ? at : null;
        set => Interlocked.Exchange(ref _oldest, value ?? Nothing);
    }

    public bool IsBehind => Oldest is { } at && clock.Microseconds() - at > (long)Bound.TotalMicroseconds;

    /// <exception cref="AuditBehindException">The bound has passed.</exception>
    internal void Check()
    {
        if (IsBehind) throw new AuditBehindException("The audit log is too far behind this store.");
    }
}

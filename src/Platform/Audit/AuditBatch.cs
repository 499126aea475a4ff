namespace FirstRing.Platform.Audit;

/// <summary>Rows of a store's chain on their way to the log, from counter <paramref name="From"/> on without a gap. <paramref name="Previous"/>: the MAC of the row
/// before them.</summary>
public sealed record AuditBatch(string Store, long From, byte[] Previous, IReadOnlyList<AuditBatchRow> Rows);

public sealed record AuditBatchRow(AuditEntry Entry, byte[] Mac);

/// <summary>The last counter of the store that lies in the log. <paramref name="Refused"/> says why nothing was taken: <c>gap</c>, <c>break</c> (the rows do not follow
/// what the log has), <c>not-now</c> (another node writes the log, or the log itself is in doubt).</summary>
public sealed record AuditTaken(long Counter, string? Refused = null);

using System.Text;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Audit;

/// <summary>One access. Opaque ids only.</summary>
public sealed record AuditEntry(string Tenant, long At, string Service, string Actor, string Role, string Action, string Subject, string Outcome);

/// <summary>
/// The durable audit record: rows in a gapless counter per store, each with a MAC over its content and the MAC before it. It shows local tampering;
/// the proof to others is the Merkle log built over these rows.
/// </summary>
public static class AuditChain
{
    sealed record Head(long Counter, byte[] Mac);
    sealed record Row(long Counter, string Tenant, long At, string Service, string Actor, string Role, string Action, string Subject, string Outcome, byte[] Mac);

    internal static async Task Append(Transaction transaction, StoreKeys keys, IReadOnlyList<AuditEntry> entries)
    {
        // PostgreSQL: the row lock makes the counter gapless across concurrent transactions. SQLite has one writer.
        var head = await transaction.One<Head>("SELECT counter AS Counter, mac AS Mac FROM audit_head WHERE id = 1" + transaction.ForUpdate())
            ?? throw new InvalidOperationException("The store has no audit head.");
        var (counter, mac) = (head.Counter, head.Mac);
        foreach (var entry in entries)
        {
            counter++;
            mac = keys.Mac(Canonical(counter, entry, mac));
            await transaction.Execute(
                """
                INSERT INTO audit_outbox (counter, tenant, at, service, actor, role, action, subject, outcome, mac)
                VALUES (@counter, @Tenant, @At, @Service, @Actor, @Role, @Action, @Subject, @Outcome, @mac)
                """,
                new { counter, entry.Tenant, entry.At, entry.Service, entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Outcome, mac });
        }
        await transaction.Execute("UPDATE audit_head SET counter = @counter, mac = @mac WHERE id = 1", new { counter, mac });
    }

    /// <summary>Walks the whole chain. Returns the first counter that is missing, altered or out of place; null when whole.</summary>
    public static Task<long?> FirstBreak(Store store, CancellationToken stop) => store.Commit<long?>(Http.Caller.System(store.Service), async transaction =>
    {
        var rows = await transaction.List<Row>(
            """
            SELECT counter AS Counter, tenant AS Tenant, at AS At, service AS Service, actor AS Actor, role AS Role, action AS Action,
                   subject AS Subject, outcome AS Outcome, mac AS Mac FROM audit_outbox ORDER BY counter
            """);
        var (expected, mac) = (1L, Genesis);
        foreach (var row in rows)
        {
            var entry = new AuditEntry(row.Tenant, row.At, row.Service, row.Actor, row.Role, row.Action, row.Subject, row.Outcome);
            if (row.Counter != expected || !row.Mac.AsSpan().SequenceEqual(mac = store.Keys.Mac(Canonical(expected, entry, mac)))) return expected;
            expected++;
        }
        var head = await transaction.One<Head>("SELECT counter AS Counter, mac AS Mac FROM audit_head WHERE id = 1");
        return head is null || head.Counter != expected - 1 || !head.Mac.AsSpan().SequenceEqual(mac) ? expected : null;
    }, stop);

    public static readonly byte[] Genesis = new byte[32];

    static byte[] Canonical(long counter, AuditEntry entry, byte[] previous)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(previous);
        writer.Write(counter);
        writer.Write(entry.At);
        foreach (var text in (ReadOnlySpan<string>)[entry.Tenant, entry.Service, entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Outcome])
            writer.Write(text);
        writer.Flush();
        return buffer.ToArray();
    }
}

using System.Data.Common;
using System.Text;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Audit;

/// <summary>One access. Opaque ids only. <paramref name="Patient"/>: whose data it was, where that is known. <paramref name="Purpose"/>: why, where it was not in the ordinary way.</summary>
public sealed record AuditEntry(string Tenant, long At, string Service, string Actor, string Role, string Action, string Subject, string Outcome, string? Patient = null,
    string? Purpose = null);

/// <summary>A row of the chain as it lies in the store.</summary>
public sealed record ChainedEntry(long Counter, AuditEntry Entry, byte[] Mac);

/// <summary>
/// The durable audit record: rows in a gapless counter per store, each with a MAC over its content and the MAC before it. It shows local tampering;
/// the proof to others is the Merkle log built over these rows.
/// </summary>
public static class AuditChain
{
    const int Page = 1000;
    const string ReadHead = "SELECT counter AS Counter, mac AS Mac, seal AS Seal FROM audit_head WHERE id = 1";

    // The seal is a MAC over counter and mac: who cuts off the tail cannot move the head back to match, short of restoring an older head whole, which
    // only a witness outside the store can tell.
    sealed record Head(long Counter, byte[] Mac, byte[] Seal);
    sealed record Row(long Counter, string Tenant, long At, string Service, string Actor, string Role, string Action, string Subject, string Outcome, string? Patient, string? Purpose, byte[] Mac)
    {
        public ChainedEntry ToEntry() => new(Counter, new AuditEntry(Tenant, At, Service, Actor, Role, Action, Subject, Outcome, Patient, Purpose), Mac);
    }

    internal static Task<int> Begin(Transaction transaction, StoreKeys keys) =>
        transaction.Execute("INSERT INTO audit_head (id, counter, mac, seal) VALUES (1, 0, @Genesis, @seal) ON CONFLICT (id) DO NOTHING",
            new { Genesis, seal = SealOf(keys, 0, Genesis) });

    /// <exception cref="AuditBehindException">The head is missing or altered, or the store takes no row: without a sound chain nothing may be accessed.</exception>
    internal static async Task Append(Transaction transaction, StoreKeys keys, IReadOnlyList<AuditEntry> entries)
    {
        try
        {
            await AppendRows(transaction, keys, entries);
        }
        catch (DbException failure)
        {
            throw new AuditBehindException("The audit row could not be written.", failure);
        }
    }

    static async Task AppendRows(Transaction transaction, StoreKeys keys, IReadOnlyList<AuditEntry> entries)
    {
        // PostgreSQL: the row lock makes the counter gapless across concurrent transactions. SQLite has one writer.
        var head = await transaction.One<Head>(ReadHead + transaction.ForUpdate());
        if (head is null || !IsSealed(keys, head)) throw new AuditBehindException("The store's audit head is missing or was altered.");
        var (counter, mac) = (head.Counter, head.Mac);
        foreach (var entry in entries)
        {
            counter++;
            mac = keys.Mac(Canonical(counter, entry, mac));
            await transaction.Execute(
                """
                INSERT INTO audit_outbox (counter, tenant, at, service, actor, role, action, subject, outcome, patient, purpose, mac)
                VALUES (@counter, @Tenant, @At, @Service, @Actor, @Role, @Action, @Subject, @Outcome, @Patient, @Purpose, @mac)
                """,
                new { counter, entry.Tenant, entry.At, entry.Service, entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Outcome, entry.Patient, entry.Purpose, mac });
        }
        await transaction.Execute("UPDATE audit_head SET counter = @counter, mac = @mac, seal = @seal WHERE id = 1",
            new { counter, mac, seal = SealOf(keys, counter, mac) });
    }

    /// <summary>
    /// Walks the whole chain, a page at a time, while it may grow: it must reach where the head stood before the walk and not pass where it stands after.
    /// Returns the first counter that is missing, altered or out of place; null when whole.
    /// </summary>
    public static async Task<long?> FirstBreak(Store store, CancellationToken stop)
    {
        var before = await store.ReadOne<Head>(ReadHead, null, stop);
        var (last, mac, from) = (0L, Genesis, long.MinValue);
        while (await After(store, from, Page, stop) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                if (row.Counter != last + 1 || !Same(row.Mac, mac = MacOf(store, row, mac))) return last + 1;
                last = row.Counter;
            }
            from = last;
        }
        var after = await store.ReadOne<Head>(ReadHead, null, stop);
        var whole = before is not null && after is not null && IsSealed(store.Keys, before) && IsSealed(store.Keys, after)
            && before.Counter <= last && last <= after.Counter && (last != after.Counter || Same(after.Mac, mac));
        return whole ? null : last + 1;
    }

    /// <summary>Rows after a counter, in order, at most <paramref name="most"/>.</summary>
    public static async Task<List<ChainedEntry>> After(Store store, long counter, int most, CancellationToken stop) =>
    [
        .. (await store.ReadList<Row>(
            """
            SELECT counter AS Counter, tenant AS Tenant, at AS At, service AS Service, actor AS Actor, role AS Role, action AS Action,
                   subject AS Subject, outcome AS Outcome, patient AS Patient, purpose AS Purpose, mac AS Mac FROM audit_outbox WHERE counter > @counter ORDER BY counter LIMIT @most
            """, new { counter, most }, stop)).Select(row => row.ToEntry()),
    ];

    /// <summary>How many of <paramref name="rows"/>, taken after <paramref name="counter"/>, follow without a gap and with the MAC they must have.</summary>
    public static int CountSound(Store store, long counter, byte[] previous, IReadOnlyList<ChainedEntry> rows)
    {
        var sound = 0;
        while (sound < rows.Count && rows[sound].Counter == counter + sound + 1 && Same(rows[sound].Mac, MacOf(store, rows[sound], previous))) previous = rows[sound++].Mac;
        return sound;
    }

    /// <summary>The MAC of the row with this counter; <see cref="Genesis"/> before the first, null where there is no such row.</summary>
    public static async Task<byte[]?> MacAt(Store store, long counter, CancellationToken stop) =>
        counter == 0 ? Genesis : await store.ReadOne<byte[]>("SELECT mac FROM audit_outbox WHERE counter = @counter", new { counter }, stop);

    public static readonly byte[] Genesis = new byte[32];

    static byte[] MacOf(Store store, ChainedEntry row, byte[] previous) => store.Keys.Mac(Canonical(row.Counter, row.Entry, previous));

    static bool IsSealed(StoreKeys keys, Head head) => Same(head.Seal, SealOf(keys, head.Counter, head.Mac));
    static bool Same(byte[] one, byte[] other) => System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(one, other);

    // Shorter than any row's canonical form, so that neither can stand for the other.
    static byte[] SealOf(StoreKeys keys, long counter, byte[] mac) => keys.Mac([.. BitConverter.GetBytes(counter), .. mac]);

    static byte[] Canonical(long counter, AuditEntry entry, byte[] previous)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        writer.Write(previous);
        writer.Write(counter);
        writer.Write(entry.At);
        foreach (var text in (ReadOnlySpan<string>)[entry.Tenant, entry.Service, entry.Actor, entry.Role, entry.Action, entry.Subject, entry.Outcome])
            writer.Write(text);
        // Rows from before patients were named in them end here, those without a purpose after the patient. Every part tells its own length, so no form can be
        // read as another: that with a purpose begins with an empty text.
        if (entry.Purpose is not null)
        {
            writer.Write("");
            writer.Write(entry.Patient is not null);
        }
        if (entry.Patient is not null) writer.Write(entry.Patient);
        if (entry.Purpose is not null) writer.Write(entry.Purpose);
        writer.Flush();
        return buffer.ToArray();
    }
}

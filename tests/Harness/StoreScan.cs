using System.Text;
using Dapper;
using FirstRing.Platform.Storage;

namespace FirstRing.Tests.Harness;

/// <summary>Looks for a text in everything a store has put down: SQLite's file and write-ahead log as bytes, every row of every PostgreSQL table.</summary>
public static class StoreScan
{
    public static async Task<bool> Holds(this TestStore test, string text)
    {
        var forms = new[] { Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=')) };
        if (test.Dialect == Dialect.Sqlite)
        {
            foreach (var path in Directory.GetFiles(test.Folder.Path, "store.db*"))
            {
                await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                using var bytes = new MemoryStream();
                await file.CopyToAsync(bytes);
                if (forms.Any(form => bytes.ToArray().AsSpan().IndexOf(form) >= 0)) return true;
            }
            return false;
        }
        return await test.Store.Read(async connection =>
        {
            foreach (var table in await connection.QueryAsync<string>("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
                foreach (var row in await connection.QueryAsync<string>($"SELECT t::text FROM \"{table}\" t"))
                    if (row.Contains(text, StringComparison.Ordinal) || forms.Any(form => row.Contains(Convert.ToHexStringLower(form), StringComparison.Ordinal))
                        || row.Contains(Encoding.UTF8.GetString(forms[2]), StringComparison.Ordinal)) return true;
            return false;
        }, CancellationToken.None);
    }

    /// <summary>The audit rows so far, oldest first.</summary>
    public static Task<List<AuditRow>> Audited(this TestStore test) => test.Store.ReadList<AuditRow>(
        "SELECT tenant AS Tenant, actor AS Actor, role AS Role, action AS Action, subject AS Subject, outcome AS Outcome FROM audit_outbox ORDER BY counter", null, CancellationToken.None);

    /// <summary>The same rows, with whose data each was about.</summary>
    public static Task<List<WhoseRow>> AuditedWhose(this TestStore test) => test.Store.ReadList<WhoseRow>(
        "SELECT actor AS Actor, role AS Role, action AS Action, subject AS Subject, outcome AS Outcome, patient AS Patient FROM audit_outbox ORDER BY counter", null, CancellationToken.None);

    /// <summary>Events that wait in the outbox.</summary>
    public static Task<List<OutboxRow>> Waiting(this TestStore test) => test.Store.ReadList<OutboxRow>(
        "SELECT consumer AS Consumer, type AS Type, tenant AS Tenant, body AS Body FROM outbox WHERE state = 'ready' ORDER BY id", null, CancellationToken.None);

    /// <summary>Flips one bit of an audit row's MAC.</summary>
    public static Task FlipAuditBit(this TestStore test, long counter) => test.Store.Commit(Platform.Http.Caller.System("test"), async transaction =>
    {
        var mac = await transaction.One<byte[]>("SELECT mac FROM audit_outbox WHERE counter = @counter", new { counter });
        mac![7] ^= 1;
        return await transaction.Execute("UPDATE audit_outbox SET mac = @mac WHERE counter = @counter", new { mac, counter });
    }, CancellationToken.None);
}

public sealed record AuditRow(string Tenant, string Actor, string Role, string Action, string Subject, string Outcome);
public sealed record WhoseRow(string Actor, string Role, string Action, string Subject, string Outcome, string? Patient);
public sealed record OutboxRow(string Consumer, string Type, string Tenant, string Body);

using System.Data.Common;
using Dapper;

namespace FirstRing.Platform.Backup;

/// <summary>Counts a database's rows, table by table, and reads its audit head and checkpoint; what a backup tells and a restore compares.</summary>
public static class TableRows
{
    public static async Task<StoreState> StateOf(string part, DbConnection connection, DbTransaction? transaction)
    {
        var postgres = connection is Npgsql.NpgsqlConnection;
        var tables = await connection.QueryAsync<string>(postgres
            ? """
              SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
              """
            : """SELECT '"' || name || '"' FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'""", transaction: transaction);
        var rows = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in tables) rows[table.Trim('"')] = await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table}", transaction: transaction);
        AuditHead? head = null;
        if (rows.Keys.Any(table => table is "audit_head" or "public.audit_head"))
        {
            var (counter, seal) = await connection.QuerySingleAsync<(long, byte[])>("SELECT counter, seal FROM audit_head WHERE id = 1", transaction: transaction);
            head = new AuditHead(counter, Convert.ToHexStringLower(seal));
        }
        var checkpoint = rows.Keys.Any(table => table is "log_checkpoints" or "public.log_checkpoints")
            ? await connection.QuerySingleOrDefaultAsync<string>("SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1", transaction: transaction) : null;
        return new StoreState(part, rows, head, checkpoint);
    }
}

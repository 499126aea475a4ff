using Microsoft.Data.Sqlite;
using Npgsql;

namespace FirstRing.Platform.Storage;

/// <summary>Tells a store that does not answer now (gone, refusing, locked, full) from a mistake of ours.</summary>
public static class StoreAway
{
    // SQLite's primary result codes: BUSY, LOCKED, IOERR, FULL, CANTOPEN.
    static readonly int[] Away = [5, 6, 10, 13, 14];

    public static bool Is(Exception? failure) => failure switch
    {
        PostgresException said => said.IsTransient || said.SqlState is PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.InvalidCatalogName,
        NpgsqlException => true, // no connection, or no answer in time
        SqliteException said => Away.Contains(said.SqliteErrorCode),
        _ => false,
    };
}

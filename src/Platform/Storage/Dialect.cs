namespace FirstRing.Platform.Storage;

/// <summary>The two relational stores. SQL is written once; the few differences are the words below.</summary>
public enum Dialect { Sqlite, Postgres }

/// <summary>Where a service's store lies. <paramref name="ConnectionString"/> is the service's own, with its own credentials.</summary>
public sealed record StoreOptions(Dialect Dialect, string ConnectionString);

public static class DialectWords
{
    /// <summary>" FOR UPDATE" where rows are locked one by one; SQLite's single writer needs none.</summary>
    public static string ForUpdate(this Transaction transaction) => transaction.Dialect == Dialect.Postgres ? " FOR UPDATE" : "";

    /// <summary>" FOR UPDATE SKIP LOCKED", for claiming rows among several claimants.</summary>
    public static string SkipLocked(this Transaction transaction) => transaction.Dialect == Dialect.Postgres ? " FOR UPDATE SKIP LOCKED" : "";
}

namespace FirstRing.Platform.Backup;

/// <summary>A database held at one moment while its service goes on writing: on SQLite by a read transaction of the write-ahead log, on PostgreSQL by an exported
/// snapshot. Everything it tells is of that moment.</summary>
public interface IStoreSnapshot : IAsyncDisposable
{
    /// <summary>The part's name in the backup.</summary>
    string Name { get; }
    PartKind Kind { get; }

    Task<StoreState> State(CancellationToken stop);

    /// <summary>Hands a copy to <paramref name="take"/>, which reads it to its end.</summary>
    Task Copy(Action<Stream> take, CancellationToken stop);
}

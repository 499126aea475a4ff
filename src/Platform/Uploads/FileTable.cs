using System.Text;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Platform.Uploads;

/// <summary>Every statement on <c>files</c>. A name and a file's own key are sealed; both are opened only beside an audit row.</summary>
static class FileTable
{
    public const string Checking = "checking", Ready = "ready", Infected = "infected", Lost = "lost";
    public const string Topic = "files";

    const string NameField = "file.name", SecretField = "file.secret";
    const int Batch = 8;
    const string Columns =
        """
        id AS Id, tenant AS Tenant, owner AS Owner, author AS Author, role AS Role, note AS Note, kind AS Kind, size AS Size, width AS Width, height AS Height,
        name AS Name, secret AS Secret, state AS State, tries AS Tries, at AS At
        """;

    internal sealed record Row(string Id, string Tenant, string Owner, string Author, string Role, string Note, string Kind, long Size, long Width, long Height, byte[] Name, byte[] Secret,
        string State, long Tries, long At)
    {
        public FileId FileId => FileId.TryParse(Id, out var id) ? id : default;
        public StoredFile File => new(FileId, new FileOwner(Tenant, Owner, Author, Role, Note), Enum.Parse<FileKind>(Kind), Size, (int)Width, (int)Height, State, At);
    }

    public static async Task<StoredFile> Insert(Transaction transaction, TakenFile file, FileOwner owner, string state)
    {
        var id = file.Id.ToString();
        var row = new Row(id, owner.Tenant, owner.Owner, owner.Author, owner.Role, owner.Note, file.Kind.ToString(), file.Size, file.Width, file.Height,
            transaction.Seal(owner.Tenant, NameField, id, Encoding.UTF8.GetBytes(file.Name)), transaction.Seal(owner.Tenant, SecretField, id, file.Secret), state, 0, transaction.Now);
        await transaction.Execute(
            """
            INSERT INTO files (id, tenant, owner, author, role, note, kind, size, width, height, name, secret, state, tries, due_at, at)
            VALUES (@Id, @Tenant, @Owner, @Author, @Role, @Note, @Kind, @Size, @Width, @Height, @Name, @Secret, @State, 0, @At, @At)
            """, row);
        if (state == Checking) transaction.Wake(Topic);
        return row.File;
    }

    public static Task<Row?> Find(Transaction transaction, string tenant, string owner, FileId id) =>
        transaction.One<Row>($"SELECT {Columns} FROM files WHERE id = @id AND tenant = @tenant AND owner = @owner", new { id = id.ToString(), tenant, owner });

    public static async Task<IReadOnlyList<StoredFile>> Unseen(Transaction transaction, string owner, string author) =>
        [.. (await transaction.List<Row>($"SELECT {Columns} FROM files WHERE owner = @owner AND author = @author AND state <> 'ready' ORDER BY at, id", new { owner, author })).Select(row => row.File)];

    public static Task<long> Count(Transaction transaction, string owner) => transaction.One<long>("SELECT COUNT(*) FROM files WHERE owner = @owner", new { owner });

    public static Task<long> CountSince(Transaction transaction, string owner, string author, long since) =>
        transaction.One<long>("SELECT COUNT(*) FROM files WHERE owner = @owner AND author = @author AND at > @since", new { owner, author, since });

    public static (string Name, byte[] Secret) Open(Transaction transaction, Row row) =>
        (Encoding.UTF8.GetString(transaction.Open(row.Tenant, NameField, row.Id, row.Name)), transaction.Open(row.Tenant, SecretField, row.Id, row.Secret));

    /// <summary>Those that are due to be looked at; a claim is a lease.</summary>
    public static Task<List<Row>> Claim(Store store, TimeSpan lease, CancellationToken stop) => store.Commit(Caller.System(store.Service), transaction => transaction.List<Row>(
        $"""
        UPDATE files SET due_at = @until, tries = tries + 1 WHERE id IN
          (SELECT id FROM files WHERE state = 'checking' AND due_at <= @Now ORDER BY due_at, id LIMIT {Batch}{transaction.SkipLocked()})
        RETURNING {Columns}
        """, new { until = transaction.Now + (long)lease.TotalMicroseconds, transaction.Now }), stop);

    /// <summary>False where it was no longer being checked.</summary>
    public static async Task<bool> Settle(Transaction transaction, Row row, string state) =>
        await transaction.Execute("UPDATE files SET state = @state WHERE id = @Id AND state = 'checking'", new { row.Id, state }) == 1;

    public static Task<int> Again(Transaction transaction, Row row, TimeSpan after) =>
        transaction.Execute("UPDATE files SET due_at = @due WHERE id = @Id AND state = 'checking'", new { row.Id, due = transaction.Now + (long)after.TotalMicroseconds });

    public static Task<long?> NextDue(Store store, CancellationToken stop) => store.ReadOne<long?>("SELECT MIN(due_at) FROM files WHERE state = 'checking'", null, stop);

    /// <summary>The states of those of <paramref name="ids"/> that there are rows of.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> States(Store store, IReadOnlyList<string> ids, CancellationToken stop) =>
        (await store.ReadList<Known>(store.Dialect == Dialect.Postgres ? "SELECT id AS Id, state AS State FROM files WHERE id = ANY(@ids)" : "SELECT id AS Id, state AS State FROM files WHERE id IN @ids",
            new { ids = ids.ToArray() }, stop)).ToDictionary(known => known.Id, known => known.State);

    sealed record Known(string Id, string State);
}

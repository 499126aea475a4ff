using System.Text;
using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Uploads;

namespace FirstRing.Messaging.Threads;

/// <summary>One message as its readers see it. <paramref name="File"/> is left out where it is words alone.</summary>
internal sealed record ThreadMessage(MessageId Id, ParticipantId Author, VisitRole Role, long At, Phi<string> Text, ThreadFile? File);

/// <summary>A picture of a message; its size in pixels.</summary>
internal sealed record ThreadFile(string Id, long Width, long Height)
{
    public static ThreadFile Of(StoredFile file) => new(file.Id.ToString(), file.Width, file.Height);
}

/// <summary>Every statement on <c>threads</c> and <c>messages</c>. Text is opened only inside a transaction that audits it.</summary>
internal sealed class ThreadStore(Store store)
{
    const string Field = "message.text";

    sealed record Row(string Id, string Author, string Role, long At, byte[] Text, string? File, long? Width, long? Height);

    public Task<T> Commit<T>(Caller caller, Func<Transaction, Task<T>> work, CancellationToken stop) => store.Commit(caller, work, stop);

    /// <summary>
    /// The thread's length, its row held until the commit: limits are counted and positions given one writer at a time, and positions become visible in
    /// order: a reader that has seen number 7 will never find a number 6 afterwards.
    /// </summary>
    public static async Task<long> Hold(Transaction transaction, Writer writer)
    {
        await transaction.Execute("INSERT INTO threads (visit, tenant, length, created_at) VALUES (@visit, @tenant, 0, @Now) ON CONFLICT (visit) DO NOTHING",
            new { visit = writer.Visit.ToString(), tenant = writer.Tenant.ToString(), transaction.Now });
        return await transaction.One<long>($"SELECT length FROM threads WHERE visit = @visit{transaction.ForUpdate()}", new { visit = writer.Visit.ToString() });
    }

    public static Task<long> CountSince(Transaction transaction, Writer writer, long since) => transaction.One<long>(
        "SELECT COUNT(*) FROM messages WHERE visit = @visit AND author = @author AND at > @since",
        new { visit = writer.Visit.ToString(), author = writer.Participant.ToString(), since });

    public static async Task Append(Transaction transaction, Writer writer, MessageId id, long position, string text, FileId? file)
    {
        await transaction.Execute("UPDATE threads SET length = @position WHERE visit = @visit", new { visit = writer.Visit.ToString(), position });
        await Insert(transaction, writer, id, position, text, file);
    }

    static Task Insert(Transaction transaction, Writer writer, MessageId id, long position, string text, FileId? file) => transaction.Execute(
        "INSERT INTO messages (id, visit, position, author, role, at, text, file) VALUES (@id, @visit, @position, @author, @role, @Now, @sealed, @file)",
        new
        {
            id = id.ToString(),
            visit = writer.Visit.ToString(),
            position,
            author = writer.Participant.ToString(),
            role = WireName.Of(writer.Role),
            transaction.Now,
            @sealed = transaction.Seal(writer.Tenant.ToString(), Field, id.ToString(), Encoding.UTF8.GetBytes(text)),
            file = file?.ToString(),
        });

    /// <summary>The position of a message of this thread; null where it is none.</summary>
    public static Task<long?> PositionOf(Transaction transaction, Writer reader, MessageId id) => transaction.One<long?>(
        "SELECT position FROM messages WHERE visit = @visit AND id = @id", new { visit = reader.Visit.ToString(), id = id.ToString() });

    /// <summary>What the reader may see after a position, oldest first; leaves the audit row.</summary>
    public static async Task<IReadOnlyList<ThreadMessage>> Read(Transaction transaction, Writer reader, Sight sight, long after, int most)
    {
        if (sight == Sight.Nothing) return [];
        var rows = await transaction.List<Row>(
            $"""
            SELECT message.id AS Id, message.author AS Author, message.role AS Role, message.at AS At, message.text AS Text, message.file AS File, files.width AS Width, files.height AS Height
            FROM messages message LEFT JOIN files ON files.id = message.file
            WHERE message.visit = @visit AND message.position > @after{(sight == Sight.Everything ? "" : " AND message.author = @author")} ORDER BY message.position LIMIT @most
            """, new { visit = reader.Visit.ToString(), after, author = reader.Participant.ToString(), most });
        // A page asks again and again; asking and being shown nothing is no access.
        if (rows.Count > 0) transaction.Audit("read-thread", reader.Visit.ToString(), sight == Sight.Everything ? "ok" : "own-only");
        return [.. rows.Select(row => new ThreadMessage(MessageId.Parse(row.Id, null), ParticipantId.Parse(row.Author, null), WireName.To<VisitRole>(row.Role), row.At,
            Encoding.UTF8.GetString(transaction.Open(reader.Tenant.ToString(), Field, row.Id, row.Text)), row.File is null ? null : new ThreadFile(row.File, row.Width ?? 0, row.Height ?? 0)))];
    }
}

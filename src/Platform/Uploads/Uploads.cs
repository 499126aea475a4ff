using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Uploads;

/// <summary>
/// THE way in which a file comes into a service and out of it. <see cref="Take"/> reads it within its limits, makes a picture of our own of it and puts that down sealed, on
/// the disk before any row speaks of it; <see cref="Keep"/> writes the row in the service's own transaction; <see cref="Open"/> leaves the audit row; what it gives is
/// answered with headers under which no browser makes a page of it. With a scanner nobody sees a file before its verdict (<see cref="FileChecks"/>).
/// </summary>
public sealed class Uploads
{
    /// <summary>Of a file as it comes, in bytes.</summary>
    public const int Largest = 10 << 20;

    /// <summary>Of files that are on their way into a process at once: so many are held in memory.</summary>
    public const int MostAtOnce = 8;

    /// <summary>From the first byte to the last.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    readonly Store _store;
    readonly ConcurrentDictionary<string, bool> _onTheWay = new();
    int _inMemory;

    internal Uploads(Store store, BlobFolder blobs, bool isScanned) => (_store, Blobs, IsScanned) = (store, blobs, isScanned);

    internal BlobFolder Blobs { get; }

    /// <summary>Whether a file waits for a scanner before others see it.</summary>
    public bool IsScanned { get; }

    /// <summary>The picture in the request's body, put down and nobody's yet. Nothing is left where this refuses or is broken off.</summary>
    /// <param name="http">Its body is the file, and nothing around it.</param>
    /// <param name="tenant">Whose it will be.</param>
    /// <param name="sender">Opaque id of who sends it; one file of theirs at a time.</param>
    /// <param name="stop">Ends it.</param>
    public async Task<Taken> Take(HttpContext http, string tenant, string sender, CancellationToken stop)
    {
        if (http.Request.ContentLength > Largest) return new Taken(null, UploadProblems.TooLarge);
        if (!_onTheWay.TryAdd(sender, true)) return new Taken(null, UploadProblems.AnotherOnItsWay);
        try
        {
            if (Interlocked.Increment(ref _inMemory) > MostAtOnce) return new Taken(null, Problem.Busy);
            var (content, refused) = await Read(http.Request, stop);
            if (content is null) return new Taken(null, refused);
            var (picture, why) = await Pictures.EncodeAnew(content, stop);
            return picture is null ? new Taken(null, why) : new Taken(Put(tenant, FileName.Clean(http.Request.Headers[FileName.Header]), content, picture), null);
        }
        finally
        {
            Interlocked.Decrement(ref _inMemory);
            _onTheWay.TryRemove(sender, out _);
        }
    }

    // Grows as it arrives: whoever claims ten megabytes and sends none costs nothing.
    async Task<(byte[]? Content, Problem? Why)> Read(HttpRequest request, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var late = new CancellationTokenSource(Longest, _store.Clock);
        using var joined = late.Token.Register(limit.Cancel);
        using var content = new MemoryStream();
        var part = new byte[64 * 1024];
        try
        {
            for (int length; (length = await request.Body.ReadAsync(part, limit.Token)) > 0;)
            {
                if (content.Length + length > Largest) return (null, UploadProblems.TooLarge);
                content.Write(part, 0, length);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (null, UploadProblems.TooSlow);
        }
        return (content.ToArray(), null);
    }

    TakenFile Put(string tenant, string name, byte[] content, Picture picture)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        var taken = new TakenFile(FileId.New(), tenant, name, picture, RandomNumberGenerator.GetBytes(SealedStream.KeySize), Convert.ToHexStringLower(hash.GetHashAndReset()));
        try
        {
            var now = _store.Clock.GetUtcNow();
            Blobs.Put(taken.Id, raw: false, tenant, taken.Secret, picture.Content, now);
            if (IsScanned) Blobs.Put(taken.Id, raw: true, tenant, taken.Secret, content, now);
            return taken;
        }
        catch
        {
            Discard(taken);
            throw;
        }
    }

    /// <summary>Takes away what nobody wants; only where it is certain that no row speaks of it. What a death leaves behind is swept.</summary>
    public void Discard(TakenFile file)
    {
        Blobs.Delete(file.Id, raw: false);
        Blobs.Delete(file.Id, raw: true);
    }

    /// <summary>Makes it somebody's, in the transaction of whatever speaks of it. With a scanner it is <c>checking</c> and the service is told when it is released.</summary>
    public Task<StoredFile> Keep(Transaction transaction, TakenFile file, FileOwner owner)
    {
        if (owner.Tenant != file.Tenant) throw new ArgumentException("The file was taken for another tenant.", nameof(owner));
        transaction.Audit("post-file", file.Id.ToString(), IsScanned ? FileTable.Checking : "ok");
        return FileTable.Insert(transaction, file, owner, IsScanned ? FileTable.Checking : FileTable.Ready);
    }

    public static Task<long> Count(Transaction transaction, string owner) => FileTable.Count(transaction, owner);
    public static Task<long> CountSince(Transaction transaction, string owner, string author, long since) => FileTable.CountSince(transaction, owner, author, since);

    /// <summary>Files of this author that nobody else sees: those that are checked, and those that were refused or lost.</summary>
    public static Task<IReadOnlyList<StoredFile>> Unseen(Transaction transaction, string owner, string author) => FileTable.Unseen(transaction, owner, author);

    /// <summary>A file that may be seen, as an answer; null where there is none of this owner. <paramref name="author"/>: only if it is theirs. Leaves the audit row.</summary>
    public Task<IResult?> Open(Caller caller, string owner, string? author, FileId id, CancellationToken stop) => _store.Commit<IResult?>(caller, async transaction =>
    {
        if (await FileTable.Find(transaction, caller.TenantOrSystem, owner, id) is not { State: FileTable.Ready } row || author is not null && row.Author != author) return null;
        transaction.Audit("read-file", row.Id);
        var (name, secret) = FileTable.Open(transaction, row);
        return new FileAnswer(this, row.File, name, secret);
    }, stop);
}

/// <summary>A stored file on its way out: never shown as a page, never run, never kept by a cache.</summary>
sealed class FileAnswer(Uploads uploads, StoredFile file, string name, byte[] secret) : IResult
{
    // Even where a browser can be brought to show it: as a picture in a sandbox, without script, from no origin.
    const string Policy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var content = uploads.Blobs.Open(file.Id, raw: false, file.Owner.Tenant, secret) ?? throw new FileNotFoundException("A stored file is missing.");
        var (response, headers) = (httpContext.Response, httpContext.Response.Headers);
        response.ContentType = file.Kind.Words().MediaType;
        response.ContentLength = content.Length;
        headers.ContentDisposition = FileName.Disposition(name, file.Kind);
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        await response.Body.WriteAsync(content, httpContext.RequestAborted);
    }
}

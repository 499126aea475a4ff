using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Messaging.Threads;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Messaging.Files;

/// <summary>
/// Sends a picture into the thread of the pass's visit: the body is the file, its name in a header of its own, the id of the attempt in <c>Idempotency-Key</c>. The same
/// attempt by the same author is one picture, however often it is sent. Where files are scanned, others see it only after a clean verdict.
/// </summary>
internal static class PostFile
{
    /// <summary>Of one visit, and of one participant in <see cref="Span"/>.</summary>
    public const int MostInVisit = 60, MostInSpan = 12;

    static readonly TimeSpan Span = TimeSpan.FromMinutes(10);

    static readonly Problem NoKey = new("idempotency-key-missing", "A file comes with the id of its attempt.", 400);
    static readonly Problem Mismatch = new("idempotency-mismatch", "This id was used for another file.", 422);
    static readonly Problem TooMany = new("too-many", "Too many pictures at once. Try again in a few minutes.", 429);
    static readonly Problem ThreadFull = new("too-many-files", "No more pictures fit into this visit.", 422);

    /// <summary>A picture that was taken. <paramref name="State"/>: <c>ready</c>, and then <paramref name="Id"/> is its message; or <c>checking</c>.</summary>
    internal sealed record Posted(ThreadFile File, long At, string State, MessageId? Id = null);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/messages/files", Handle).TakesFile();

    static async Task<IResult> Handle(HttpContext http, CancellationToken stop)
    {
        var (writer, refused) = await Writer.Of(http);
        if (writer is null) return refused!;
        if (http.Request.Headers["Idempotency-Key"].ToString() is not { Length: >= 16 and <= 100 } attempt) return NoKey;
        var uploads = http.RequestServices.UploadsOf("messaging");
        var (file, why) = await uploads.Take(http, writer.Tenant.ToString(), writer.Participant.ToString(), stop);
        if (file is null) return why!;

        var (posted, problem, isNew) = await Keep(http.RequestServices.GetRequiredService<ThreadStore>(), uploads, writer, file, attempt, stop);
        if (!isNew) uploads.Discard(file);
        return posted is null ? problem! : Results.Json(posted, MessagingJson.Default.PostedFile);
    }

    static Task<(Posted?, Problem?, bool IsNew)> Keep(ThreadStore threads, Uploads uploads, Writer writer, TakenFile file, string key, CancellationToken stop) =>
        threads.Commit<(Posted?, Problem?, bool)>(writer.Caller, async transaction =>
        {
            var (scope, visit) = ($"{writer.Visit}/{writer.Participant}/post-file", writer.Visit.ToString());
            var (earlier, mismatch) = await transaction.Recall(scope, key, file.Sha256);
            if (mismatch) return (null, Mismatch, false);
            if (earlier is not null) return (JsonSerializer.Deserialize(earlier, MessagingJson.Default.PostedFile), null, false);

            var length = await ThreadStore.Hold(transaction, writer);
            if (length >= PostMessage.MostInThread || await Uploads.Count(transaction, visit) >= MostInVisit) return (null, ThreadFull, false);
            if (await Uploads.CountSince(transaction, visit, writer.Participant.ToString(), transaction.Now - (long)Span.TotalMicroseconds) >= MostInSpan) return (null, TooMany, false);

            var stored = await uploads.Keep(transaction, file, new FileOwner(writer.Tenant.ToString(), visit, writer.Participant.ToString(), WireName.Of(writer.Role), writer.Call.ToString()));
            var message = stored.State == "ready" ? await Release(transaction, stored) : (MessageId?)null;
            var posted = new Posted(ThreadFile.Of(stored), transaction.Now, stored.State, message);
            await transaction.Remember(scope, key, file.Sha256, JsonSerializer.Serialize(posted, MessagingJson.Default.PostedFile));
            return (posted, null, true);
        }, stop);

    /// <summary>From here on others see it: it becomes a message of the thread, at its end.</summary>
    public static async Task<MessageId> Release(Transaction transaction, StoredFile file)
    {
        var owner = file.Owner;
        var writer = new Writer(TenantId.Parse(owner.Tenant, null), VisitId.Parse(owner.Owner, null), CallId.Parse(owner.Note, null), ParticipantId.Parse(owner.Author, null),
            WireName.To<VisitRole>(owner.Role), Identified: true);
        return await PostMessage.Append(transaction, writer, await ThreadStore.Hold(transaction, writer), "", file.Id);
    }
}

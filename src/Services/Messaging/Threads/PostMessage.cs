using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Messaging;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Messaging.Threads;

/// <summary>Writes into the thread of the pass's visit. The same id by the same author is one message, however often it is sent.</summary>
internal static class PostMessage
{
    public const int MostInThread = 5_000;

    const int LargestBody = 32 * 1024, MostInSpan = 20;
    static readonly long Span = (long)TimeSpan.FromSeconds(10).TotalMicroseconds;

    static readonly Problem TextNotValid = new("text-not-valid", "A message has 1 to 4,000 characters, and none of them control characters.", 422);
    static readonly Problem TooMany = new("too-many", "Too many messages at once.", 429);
    static readonly Problem ThreadFull = new("too-many", "This visit's thread is full.", 429);
    static readonly Problem Mismatch = new("idempotency-mismatch", "This id was used for another message.", 422);

    internal sealed record Request(Guid Id, Phi<string> Text);
    internal sealed record Posted(MessageId Id, long At);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/messages", Handle);

    static async Task<IResult> Handle(HttpContext http, CancellationToken stop)
    {
        var (writer, refused) = await Writer.Of(http);
        if (writer is null) return refused!;
        var (request, bad) = await JsonBody.Read(http.Request, MessagingJson.Default.Request, LargestBody, stop);
        if (request is null) return bad!;
        if (MessageText.Clean(request.Text.Reveal) is not { } text) return TextNotValid;

        var (response, problem) = await http.RequestServices.GetRequiredService<ThreadStore>().Commit<(Posted?, Problem?)>(writer.Caller, async transaction =>
        {
            var scope = $"{writer.Visit}/{writer.Participant}/post-message";
            var key = request.Id.ToString("N");
            var (earlier, mismatch) = await transaction.Recall(scope, key, text);
            if (mismatch) return (null, Mismatch);
            if (earlier is not null) return (JsonSerializer.Deserialize(earlier, MessagingJson.Default.Posted), null);

            var length = await ThreadStore.Hold(transaction, writer);
            if (length >= MostInThread) return (null, ThreadFull);
            if (await ThreadStore.CountSince(transaction, writer, transaction.Now - Span) >= MostInSpan) return (null, TooMany);

            var made = new Posted(await Append(transaction, writer, length, text, null), transaction.Now);
            await transaction.Remember(scope, key, text, JsonSerializer.Serialize(made, MessagingJson.Default.Posted));
            return (made, null);
        }, stop);
        return response is null ? problem! : Results.Json(response, MessagingJson.Default.Posted);
    }

    /// <summary>One more message, at the end of a thread of which <paramref name="length"/> was held; the others are told.</summary>
    public static async Task<MessageId> Append(Transaction transaction, Writer writer, long length, string text, FileId? file)
    {
        var id = new MessageId(NewId.Random());
        await ThreadStore.Append(transaction, writer, id, length + 1, text, file);
        await transaction.Emit(EventTypes.MessagePosted, new MessagePosted(writer.Visit, writer.Call, id, writer.Participant), ContractsJson.Default.MessagePosted);
        transaction.Audit("post-message", id.ToString());
        return id;
    }
}

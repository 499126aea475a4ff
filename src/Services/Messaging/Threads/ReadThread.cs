using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Messaging.Threads;

/// <summary>Reads the thread of the pass's visit after a message, a page at a time.</summary>
internal static class ReadThread
{
    const int PageSize = 200;

    static readonly Problem NoSuchMessage = new("no-such-message", "There is no such message in this thread.", 404);

    /// <summary><paramref name="Unseen"/>: the reader's own files that others do not see, left out where there are none.</summary>
    internal sealed record Page(IReadOnlyList<ThreadMessage> Messages, bool More, IReadOnlyList<OwnFile>? Unseen = null);

    /// <summary><paramref name="State"/>: <c>checking</c>, <c>infected</c> or <c>lost</c>; <paramref name="Why"/> says so in words.</summary>
    internal sealed record OwnFile(string Id, string Author, string Role, long At, string Text, string State, string Why)
    {
        public static OwnFile Of(StoredFile file) => new(file.Id.ToString(), file.Owner.Author, file.Owner.Role, file.At, "", file.State, file.State switch
        {
            "infected" => "Not sent: the virus scanner found something in this file. It was deleted.",
            "lost" => "Not sent: this file was lost before it was checked. Send it again.",
            _ => "Waiting to be checked for viruses. Others see it after that.",
        });
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/messages", Handle);

    static async Task<IResult> Handle(HttpContext http, CancellationToken stop)
    {
        var (reader, refused) = await Writer.Of(http);
        if (reader is null) return refused!;
        MessageId? after = null;
        if (http.Request.Query["after"].ToString() is { Length: > 0 } asked)
        {
            if (!MessageId.TryParse(asked, null, out var id)) return NoSuchMessage;
            after = id;
        }

        var (sight, away) = await reader.Sight(http, stop);
        if (away is not null) return away;
        var page = await http.RequestServices.GetRequiredService<ThreadStore>().Commit(reader.Caller, async transaction =>
        {
            var position = after is { } message ? await ThreadStore.PositionOf(transaction, reader, message) : 0;
            if (position is null) return null;
            var messages = await ThreadStore.Read(transaction, reader, sight, position.Value, PageSize + 1);
            var unseen = sight == Sight.Nothing ? [] : await Uploads.Unseen(transaction, reader.Visit.ToString(), reader.Participant.ToString());
            return new Page([.. messages.Take(PageSize)], messages.Count > PageSize, unseen.Count == 0 ? null : [.. unseen.Select(OwnFile.Of)]);
        }, stop);
        return page is null ? NoSuchMessage : Results.Json(page, MessagingJson.Default.Page);
    }
}

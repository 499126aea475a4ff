using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Messaging.Threads;

/// <summary>How much of a thread a reader may see.</summary>
internal enum Sight { Nothing, Own, Everything }

/// <summary>Reads the thread of the pass's visit after a message, a page at a time.</summary>
internal static class ReadThread
{
    const int PageSize = 200;

    static readonly Problem NoSuchMessage = new("no-such-message", "There is no such message in this thread.", 404);

    internal sealed record Page(IReadOnlyList<ThreadMessage> Messages, bool More);

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

        var (sight, away) = await SightOf(reader, http, stop);
        if (away is not null) return away;
        var page = await http.RequestServices.GetRequiredService<ThreadStore>().Commit(reader.Caller, async transaction =>
        {
            var position = after is { } message ? await ThreadStore.PositionOf(transaction, reader, message) : 0;
            if (position is null) return null;
            var messages = await ThreadStore.Read(transaction, reader, sight, position.Value, PageSize + 1);
            return new Page([.. messages.Take(PageSize)], messages.Count > PageSize);
        }, stop);
        return page is null ? NoSuchMessage : Results.Json(page, MessagingJson.Default.Page);
    }

    // Who waits learns nothing of the others, and a device that has not said the birth date nothing of the person either.
    static async Task<(Sight Sight, Problem? Problem)> SightOf(Writer reader, HttpContext http, CancellationToken stop)
    {
        if (!reader.Identified) return (Sight.Nothing, null);
        if (reader.Role == VisitRole.Clinician) return (Sight.Everything, null);
        Acting.As(reader.Caller);
        var signaling = http.RequestServices.Client<ISignalingClient>("messaging", "signaling");
        var asked = await signaling.GetAdmission(new GetAdmission(reader.Tenant, reader.Call, reader.Participant), stop);
        return asked.Value is { } admission ? (admission.Inside ? Sight.Everything : Sight.Own, null) : (default, Problem.Unavailable);
    }
}

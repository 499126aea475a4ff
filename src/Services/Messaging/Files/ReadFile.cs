using FirstRing.Messaging.Threads;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Messaging.Files;

/// <summary>Opens a picture of the pass's visit, to whom its message is shown: each time with an audit row.</summary>
internal static class ReadFile
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/messages/files/{id}", Handle);

    static async Task<IResult> Handle(string id, HttpContext http, CancellationToken stop)
    {
        var (reader, refused) = await Writer.Of(http);
        if (reader is null) return refused!;
        if (!FileId.TryParse(id, out var file)) return Problem.NotFound;
        var (sight, away) = await reader.Sight(http, stop);
        if (away is not null) return away;
        if (sight == Sight.Nothing) return Problem.NotFound;
        return await http.RequestServices.UploadsOf("messaging").Open(reader.Caller, reader.Visit.ToString(), sight == Sight.Own ? reader.Participant.ToString() : null, file, stop) ?? Problem.NotFound;
    }
}

using System.Text;
using System.Text.Json;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Signaling.Doors;

/// <summary>Server-sent events and long poll for what comes down, POST for what goes up.</summary>
internal static class HttpDoors
{
    static readonly TimeSpan PollHold = TimeSpan.FromSeconds(25), Comment = TimeSpan.FromSeconds(10), WriteLimit = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder routes, Func<IServiceProvider, Line> line)
    {
        routes.MapGet("/signal/events", (HttpContext http) => Events(http, line(http.RequestServices)));
        routes.MapGet("/signal/poll", (HttpContext http) => Poll(http, line(http.RequestServices)));
        routes.MapPost("/signal/send", (HttpContext http) => Send(http, line(http.RequestServices)));
    }

    static async Task Events(HttpContext http, Line line)
    {
        var (entrant, problem) = await line.Enter(http.Request, http.RequestAborted);
        if (entrant is null)
        {
            await problem!.ExecuteAsync(http);
            return;
        }
        using var place = line.Hold(entrant, http.RequestAborted);
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        try
        {
            await Write(http, ": open\n\n", place.Token);
            var (quiet, seen) = (line.Clock.GetTimestamp(), line.Clock.GetTimestamp());
            await foreach (var page in line.Follow(entrant, http.Request.Headers["Last-Event-ID"], place.Token))
            {
                if (page.Count > 0 || line.Clock.GetElapsedTime(quiet) >= Comment)
                {
                    await Write(http, page.Count == 0 ? ": still here\n\n" : string.Concat(page.Select(Message)), place.Token);
                    quiet = line.Clock.GetTimestamp();
                }
                if (line.Clock.GetElapsedTime(seen) < Presence.SeenEvery) continue;
                seen = line.Clock.GetTimestamp();
                await line.Seen(entrant, place.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // The page went, was too slow, or must come again; an abort tells a page that it has not had the whole.
            if (place.Why == EndOf.None) http.Abort();
        }
    }

    static async Task Write(HttpContext http, string text, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(WriteLimit);
        await http.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), limit.Token);
    }

    static string Message(string text)
    {
        var id = text.StartsWith("{\"c\":\"", StringComparison.Ordinal) ? text[6..text.IndexOf('"', 6)] : null;
        return id is null ? $"data: {text}\n\n" : $"id: {id}\ndata: {text}\n\n";
    }

    static async Task Poll(HttpContext http, Line line)
    {
        var (entrant, problem) = await line.Enter(http.Request, http.RequestAborted);
        if (entrant is null)
        {
            await problem!.ExecuteAsync(http);
            return;
        }
        using var place = line.Hold(entrant, http.RequestAborted);
        using var hold = CancellationTokenSource.CreateLinkedTokenSource(place.Token);
        using var timer = line.Clock.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), hold, PollHold, Timeout.InfiniteTimeSpan);
        IReadOnlyList<string> events = [];
        try
        {
            await foreach (var page in line.Follow(entrant, http.Request.Headers["Last-Event-ID"], hold.Token))
            {
                events = [.. events, .. page];
                // A reset alone would make the page ask again with no cursor; the log's start comes with it.
                if (events.Count > 0 && page is not [Line.Reset]) break;
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // nothing came in time: the empty answer
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync($$"""{"events":[{{string.Join(',', events)}}]}""", http.RequestAborted);
    }

    static async Task Send(HttpContext http, Line line)
    {
        if (await line.Known(http.Request) is not { } entrant)
        {
            await Problem.NoPass.ExecuteAsync(http);
            return;
        }
        var (send, problem) = await JsonBody.Read(http.Request, SignalJson.Default.SendFrame, Line.LargestFrame, http.RequestAborted);
        if (send is null)
        {
            await problem!.ExecuteAsync(http);
            return;
        }
        if (await line.Send(entrant, send, http.RequestAborted) is { } refused)
        {
            await new Problem(refused.Code, refused.Title, refused.Status).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(JsonSerializer.Serialize(new AckFrame(send.Id!), SignalJson.Default.AckFrame), http.RequestAborted);
    }
}

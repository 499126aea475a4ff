using System.Text;
using System.Text.Json;
using FirstRing.Platform.Errors;
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
    static readonly TimeSpan PollHold = TimeSpan.FromSeconds(25), Comment = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder routes, Func<IServiceProvider, Line> line)
    {
        routes.MapGet("/signal/events", (HttpContext http) => Events(http, line(http.RequestServices)));
        routes.MapGet("/signal/poll", (HttpContext http) => Poll(http, line(http.RequestServices)));
        routes.MapPost("/signal/send", (HttpContext http) => Send(http, line(http.RequestServices)));
    }

    static async Task Events(HttpContext http, Line line)
    {
        if (await line.Enter(http.Request, http.RequestAborted) is not { } entrant)
        {
            await Problem.NoPass.ExecuteAsync(http);
            return;
        }
        using var held = line.Hold(entrant.Participant, http.RequestAborted);
        var stop = held.Source.Token;
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        var body = http.Response.BodyWriter;
        try
        {
            await body.WriteAsync(": open\n\n"u8.ToArray(), stop);
            var (quiet, seen) = (line.Clock.GetTimestamp(), line.Clock.GetTimestamp());
            await foreach (var page in line.Follow(entrant, http.Request.Headers["Last-Event-ID"], stop))
            {
                if (page.Count > 0 || line.Clock.GetElapsedTime(quiet) >= Comment)
                {
                    await body.WriteAsync(Encoding.UTF8.GetBytes(page.Count == 0 ? ": still here\n\n" : string.Concat(page.Select(Message))), stop);
                    quiet = line.Clock.GetTimestamp();
                }
                if (line.Clock.GetElapsedTime(seen) < Presence.SeenEvery) continue;
                seen = line.Clock.GetTimestamp();
                await line.Seen(entrant, stop);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException)
        {
            // the page went, or it must come again elsewhere
        }
    }

    static string Message(string text)
    {
        var id = text.StartsWith("{\"c\":\"", StringComparison.Ordinal) ? text[6..text.IndexOf('"', 6)] : null;
        return id is null ? $"data: {text}\n\n" : $"id: {id}\ndata: {text}\n\n";
    }

    static async Task Poll(HttpContext http, Line line)
    {
        if (await line.Enter(http.Request, http.RequestAborted) is not { } entrant)
        {
            await Problem.NoPass.ExecuteAsync(http);
            return;
        }
        using var held = line.Hold(entrant.Participant, http.RequestAborted);
        using var timer = line.Clock.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), held.Source, PollHold, Timeout.InfiniteTimeSpan);
        IReadOnlyList<string> events = [];
        try
        {
            await foreach (var page in line.Follow(entrant, http.Request.Headers["Last-Event-ID"], held.Source.Token))
            {
                events = [.. events, .. page];
                if (events.Count > 0 && page is not ["""{"t":"reset"}"""]) break;
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
        if (http.Request.ContentLength is null or > Line.LargestFrame)
        {
            await Problem.TooLarge.ExecuteAsync(http);
            return;
        }
        if (await line.Enter(http.Request, http.RequestAborted) is not { } entrant)
        {
            await Problem.NoPass.ExecuteAsync(http);
            return;
        }
        SendFrame? send = null;
        try { send = await JsonSerializer.DeserializeAsync(http.Request.Body, SignalJson.Default.SendFrame, http.RequestAborted); }
        catch (JsonException)
        {
            // answered below like any other body that is no send
        }
        if (send is null)
        {
            await Problem.BadJson.ExecuteAsync(http);
            return;
        }
        if (await line.Send(entrant, send, http.RequestAborted) is { } refused)
        {
            await new Problem(refused.Code, refused.Title, refused.Status).ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(JsonSerializer.Serialize(new AckFrame(send.Id ?? ""), SignalJson.Default.AckFrame), http.RequestAborted);
    }
}

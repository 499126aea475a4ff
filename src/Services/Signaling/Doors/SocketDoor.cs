using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Signaling.Doors;

/// <summary>WebSocket: the first frame says hello with pass and cursor, then events come down and sends go up.</summary>
internal static class SocketDoor
{
    const WebSocketCloseStatus NoHello = (WebSocketCloseStatus)4400, Barred = (WebSocketCloseStatus)4401, Replaced = (WebSocketCloseStatus)4409, TooMany = (WebSocketCloseStatus)4429;
    static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5), WriteLimit = TimeSpan.FromSeconds(10), Farewell = TimeSpan.FromSeconds(1);

    // Over HTTP/2 a WebSocket is opened by CONNECT (RFC 8441 §4), over HTTP/1.1 by GET.
    public static void Map(IEndpointRouteBuilder routes, Func<IServiceProvider, Line> line) => routes.MapMethods("/signal/ws", ["GET", "CONNECT"], async (HttpContext http) =>
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        try
        {
            await Serve(socket, line(http.RequestServices), http.RequestAborted);
        }
        catch (Exception end) when (end is OperationCanceledException or WebSocketException or IOException)
        {
            // the page went, or was too slow; it comes again with its cursor
        }
    });

    static async Task Serve(WebSocket socket, Line line, CancellationToken stop)
    {
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(stop);
        hurry.CancelAfter(HelloLimit);
        var (first, broken) = await ReadFrame(socket, hurry.Token);
        if (first is null || Parse(first, SignalJson.Default.HelloFrame)?.Hello is not { } hello)
        {
            await Close(socket, broken ?? NoHello);
            return;
        }
        var (entrant, problem) = await line.Enter(hello.Pass, stop);
        if (entrant is null)
        {
            await Close(socket, problem == Line.TooMany ? TooMany : Barred);
            return;
        }
        await Converse(socket, line, entrant, hello.Cursor, stop);
    }

    static async Task Converse(WebSocket socket, Line line, Entrant entrant, string? cursor, CancellationToken stop)
    {
        using var place = line.Hold(entrant, stop);
        using var deaf = CancellationTokenSource.CreateLinkedTokenSource(stop);
        // One writer: events and acknowledgements meet in a bounded queue; a reader too slow to empty it is dropped and comes back with its cursor.
        var outgoing = Channel.CreateBounded<string>(new BoundedChannelOptions(256) { SingleReader = true });
        var down = Down(line, entrant, cursor, outgoing.Writer, place.Token);
        var write = Write(socket, outgoing.Reader, place.Token);
        var up = Up(socket, line, entrant, outgoing.Writer, place.Token, deaf.Token);
        await Task.WhenAny(down, write, up);
        place.End(EndOf.None);
        await Task.WhenAll(down, write).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Cancelling a read breaks the socket, so the page is told why first, and has a moment to say goodbye too.
        await Close(socket, StatusOf(place.Why) ?? (up.IsCompletedSuccessfully ? await up : null) ?? WebSocketCloseStatus.EndpointUnavailable);
        await ((Task)up).WaitAsync(Farewell, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await deaf.CancelAsync();
        await ((Task)up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static WebSocketCloseStatus? StatusOf(EndOf why) => why switch
    {
        EndOf.Replaced => Replaced,
        EndOf.PassExpired or EndOf.LoginEnded => Barred,
        EndOf.Stopping => WebSocketCloseStatus.EndpointUnavailable,
        _ => null,
    };

    static async Task Down(Line line, Entrant entrant, string? cursor, ChannelWriter<string> outgoing, CancellationToken stop)
    {
        var seen = line.Clock.GetTimestamp();
        await foreach (var page in line.Follow(entrant, cursor, stop))
        {
            foreach (var text in page) await outgoing.WriteAsync(text, stop);
            if (line.Clock.GetElapsedTime(seen) < Presence.SeenEvery) continue;
            seen = line.Clock.GetTimestamp();
            await line.Seen(entrant, stop);
        }
    }

    static async Task Write(WebSocket socket, ChannelReader<string> outgoing, CancellationToken stop)
    {
        await foreach (var text in outgoing.ReadAllAsync(stop))
        {
            // Not by `stop`: a write cut short breaks the socket, and a page that is still there should learn why it is sent away.
            using var limit = new CancellationTokenSource(WriteLimit);
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        }
    }

    // Answers why the page is to be sent away; null when it left.
    static async Task<WebSocketCloseStatus?> Up(WebSocket socket, Line line, Entrant entrant, ChannelWriter<string> outgoing, CancellationToken stop, CancellationToken deaf)
    {
        while (true)
        {
            var (frame, broken) = await ReadFrame(socket, deaf);
            if (frame is null) return broken;
            if (stop.IsCancellationRequested) continue; // only the page's own goodbye is of interest now
            var send = Parse(frame, SignalJson.Default.SendFrame);
            var refused = send is null ? new Refusal(Problem.BadJson.Code, "The frame is not a send.", 400) : await line.Send(entrant, send, stop);
            await outgoing.WriteAsync(refused is null
                ? JsonSerializer.Serialize(new AckFrame(send!.Id!), SignalJson.Default.AckFrame)
                : JsonSerializer.Serialize(new RefusedFrame(new RefusedBody(send?.Id is { Length: <= 64 } id ? id : "", refused.Code, refused.Title)), SignalJson.Default.RefusedFrame), stop);
        }
    }

    // No frame when the page closed, or with a status when it sent what is no text, or more than a frame may hold.
    static async Task<(byte[]? Frame, WebSocketCloseStatus? Broken)> ReadFrame(WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (part.MessageType == WebSocketMessageType.Close) return (null, null);
            if (part.MessageType != WebSocketMessageType.Text) return (null, WebSocketCloseStatus.InvalidMessageType);
            length += part.Count;
            if (length > Line.LargestFrame) return (null, WebSocketCloseStatus.MessageTooBig);
            if (part.EndOfMessage) return (buffer[..length], null);
            if (length == buffer.Length) Array.Resize(ref buffer, Math.Min(Line.LargestFrame + 1, buffer.Length * 4));
        }
    }

    static T? Parse<T>(byte[] frame, JsonTypeInfo<T> type) where T : class
    {
        try { return JsonSerializer.Deserialize(frame, type); }
        catch (JsonException) { return null; }
    }

    static async Task Close(WebSocket socket, WebSocketCloseStatus why)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var limit = new CancellationTokenSource(Farewell);
        try { await socket.CloseOutputAsync(why, null, limit.Token); }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // it was gone already
        }
    }
}

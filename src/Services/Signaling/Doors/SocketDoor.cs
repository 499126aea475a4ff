using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using FirstRing.Contracts;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Signaling.Doors;

/// <summary>WebSocket: the first frame says hello with pass and cursor, then events come down and sends go up.</summary>
internal static class SocketDoor
{
    const WebSocketCloseStatus Barred = (WebSocketCloseStatus)4401;
    // Over HTTP/2 a WebSocket opens with CONNECT (RFC 8441 §4).
    static readonly string[] Methods = ["GET", "CONNECT"];
    static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5), WriteLimit = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder routes, Func<IServiceProvider, Line> line) => routes.MapMethods("/signal/ws", Methods, async (HttpContext http) =>
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
            // the page went, or it must come again elsewhere
        }
        await Close(socket, WebSocketCloseStatus.EndpointUnavailable);
    });

    static async Task Serve(WebSocket socket, Line line, CancellationToken stop)
    {
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(stop);
        hurry.CancelAfter(HelloLimit);
        if (await ReadFrame(socket, hurry.Token) is not { } first) return;
        var hello = Parse(first, SignalJson.Default.HelloFrame)?.Hello;
        if (hello is null || await line.Enter(hello.Pass, stop) is not { } entrant)
        {
            await Close(socket, Barred);
            return;
        }
        using var held = line.Hold(entrant.Participant, stop);
        // One writer: events and acknowledgements meet in a bounded queue; a reader too slow to empty it is dropped and comes back with its cursor.
        var outgoing = Channel.CreateBounded<string>(new BoundedChannelOptions(1024) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        var tasks = new[]
        {
            Down(line, entrant, hello.Cursor, outgoing.Writer, held.Source.Token),
            Write(socket, outgoing.Reader, held.Source.Token),
            Up(socket, line, entrant, outgoing.Writer, held.Source.Token),
        };
        await Task.WhenAny(tasks);
        await held.Source.CancelAsync();
        await Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default);
    }

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
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(WriteLimit);
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        }
    }

    static async Task Up(WebSocket socket, Line line, Entrant entrant, ChannelWriter<string> outgoing, CancellationToken stop)
    {
        while (await ReadFrame(socket, stop) is { } frame)
        {
            var send = Parse(frame, SignalJson.Default.SendFrame);
            var id = send?.Id is { Length: <= 64 } own ? own : "";
            Refusal? refused;
            try
            {
                refused = send is null ? new Refusal("bad-json", "The frame is not a send.", 400) : await line.Send(entrant, send, stop);
            }
            catch (HttpRequestException)
            {
                refused = new Refusal("unavailable", "The media node does not answer. Try again in a moment.", 503);
            }
            await outgoing.WriteAsync(refused is null
                ? JsonSerializer.Serialize(new AckFrame(id), SignalJson.Default.AckFrame)
                : JsonSerializer.Serialize(new RefusedFrame(new RefusedBody(id, refused.Code, refused.Title)), SignalJson.Default.RefusedFrame), stop);
        }
    }

    // Null when the page closed, sent what is no text, or sent more than a frame may hold.
    static async Task<byte[]?> ReadFrame(WebSocket socket, CancellationToken stop)
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (part.MessageType != WebSocketMessageType.Text) return null;
            length += part.Count;
            if (part.EndOfMessage) return buffer[..length];
            if (length < buffer.Length) continue;
            if (buffer.Length >= Line.LargestFrame)
            {
                await Close(socket, WebSocketCloseStatus.MessageTooBig);
                return null;
            }
            Array.Resize(ref buffer, Math.Min(Line.LargestFrame, buffer.Length * 4));
        }
    }

    static T? Parse<T>(byte[] frame, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try { return JsonSerializer.Deserialize(frame, type); }
        catch (JsonException) { return null; }
    }

    static async Task Close(WebSocket socket, WebSocketCloseStatus why)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try { await socket.CloseOutputAsync(why, null, limit.Token); }
        catch (Exception gone) when (gone is OperationCanceledException or WebSocketException or IOException)
        {
            // it was gone already
        }
    }
}

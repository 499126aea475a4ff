using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Just enough of signaling and messaging to bring a page into a state: whoever says hello may join, and is told what the test says.</summary>
internal sealed class StubCall
{
    readonly List<WebSocket> _open = [];
    readonly List<JsonObject> _messages = [];
    readonly Lock _gate = new();
    int _sequence;

    public string Welcomes { get; set; } = "lobby";
    public List<string> Sent { get; } = [];
    public List<JsonNode> Steps { get; } = [];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map("/signal/ws", Serve);
        routes.MapPost("/insights/join", async (HttpRequest request) =>
        {
            var told = await JsonNode.ParseAsync(request.Body);
            lock (_gate) Steps.Add(told!);
            return Results.NoContent();
        });
        routes.MapGet("/messages", () => Results.Text(new JsonObject { ["messages"] = new JsonArray([.. _messages.Select(one => one.DeepClone())]) }.ToJsonString(), "application/json"));
        routes.MapPost("/messages", async (HttpRequest request) =>
        {
            var message = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
            var id = $"msg_{Guid.NewGuid():N}";
            Put(id, "me", "patient", message["text"]!.GetValue<string>());
            return Results.Text(new JsonObject { ["id"] = id, ["at"] = At }.ToJsonString(), "application/json");
        });
    }

    const long At = 1_700_000_000_000_000;

    public void Put(string id, string author, string role, string text)
    {
        lock (_gate) _messages.Add(new JsonObject { ["id"] = id, ["author"] = author, ["role"] = role, ["at"] = At, ["text"] = text });
    }

    /// <summary>Tells every page an event of the log.</summary>
    public async Task Tell(string type, JsonObject body)
    {
        WebSocket[] open;
        lock (_gate) open = [.. _open];
        foreach (var socket in open) await Write(socket, Event(type, body));
    }

    async Task Serve(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = 400;
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        lock (_gate) _open.Add(socket);
        while (await Read(socket) is { } frame)
        {
            if (frame["hello"] is not null) await Write(socket, Event("welcome", new JsonObject { ["participant"] = "me", ["role"] = "patient", ["state"] = Welcomes }));
            if (frame["id"] is not { } id) continue;
            lock (_gate) Sent.Add(frame["t"]!.GetValue<string>());
            if (frame["t"]!.GetValue<string>() == "join") await Write(socket, Event("welcome", new JsonObject { ["participant"] = "me", ["role"] = "patient", ["state"] = "waiting" }));
            await Write(socket, new JsonObject { ["ack"] = id.DeepClone() });
        }
        lock (_gate) _open.Remove(socket);
    }

    JsonObject Event(string type, JsonObject body) =>
        new() { ["c"] = $"stub:{Interlocked.Increment(ref _sequence)}", ["t"] = type, ["at"] = 1_700_000_000_000_000, ["p"] = body.DeepClone() };

    static async Task<JsonObject?> Read(WebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var got = await socket.ReceiveAsync(buffer, CancellationToken.None);
            return got.MessageType == WebSocketMessageType.Close ? null : JsonSerializer.Deserialize<JsonObject>(buffer.AsSpan(0, got.Count));
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    static Task Write(WebSocket socket, JsonObject what) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(what), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
}

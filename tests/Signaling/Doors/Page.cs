using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Signaling.Doors;

/// <summary>What a page does, by hand: the three transports, each from a cursor, every byte that comes kept.</summary>
internal sealed class Page(Guest guest) : IDisposable
{
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };
    readonly Lock _gate = new();
    readonly List<JsonElement> _events = [];
    readonly StringBuilder _bytes = new();

    public Guest Guest => guest;
    public string? Cursor { get; private set; }
    /// <summary>Everything that came, one event a line.</summary>
    public string Bytes
    {
        get { lock (_gate) return _bytes.ToString(); }
    }

    /// <summary>Called for each event.</summary>
    public Action<JsonElement> Heard { get; set; } = _ => { };

    public IReadOnlyList<JsonElement> Events
    {
        get { lock (_gate) return [.. _events]; }
    }

    public IEnumerable<long> Sequences => Events.Select(SequenceOf);
    public IEnumerable<string> Types => Events.Select(one => one.GetProperty("t").GetString()!);

    public static long SequenceOf(JsonElement one) => long.Parse(one.GetProperty("c").GetString()!.Split(':')[^1]);

    /// <summary>Opens a transport and listens until it ends or <paramref name="stop"/> tears it down, as a network that goes does.</summary>
    public Task Listen(string transport, SignalingNode node, CancellationToken stop) => transport switch
    {
        "ws" => Socket(node, stop),
        "sse" => ServerEvents(node, stop),
        _ => LongPoll(node, stop),
    };

    async Task Socket(SignalingNode node, CancellationToken stop)
    {
        using var socket = await Open(node, stop);
        await SendText(socket, JsonSerializer.Serialize(new { hello = new { pass = guest.Pass, cursor = Cursor } }), stop);
        while (await ReadText(socket, stop) is { } text) Take(text);
    }

    public static async Task<ClientWebSocket> Open(SignalingNode node, CancellationToken stop)
    {
        var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new Uri($"ws://{node.Http1.Authority}/signal/ws"), stop);
        return socket;
    }

    /// <summary>A socket that has said hello.</summary>
    public async Task<ClientWebSocket> Hello(SignalingNode node, CancellationToken stop = default)
    {
        var socket = await Open(node, stop);
        await SendText(socket, JsonSerializer.Serialize(new { hello = new { pass = guest.Pass, cursor = Cursor } }), stop);
        return socket;
    }

    public static Task SendText(WebSocket socket, string text, CancellationToken stop = default) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, stop);

    /// <summary>A frame's text; null once the socket was closed.</summary>
    public static async Task<string?> ReadText(WebSocket socket, CancellationToken stop = default)
    {
        var buffer = new byte[128 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), stop);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            length += part.Count;
            if (part.EndOfMessage) return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    async Task ServerEvents(SignalingNode node, CancellationToken stop)
    {
        using var response = await Get(node, "/signal/events", stop);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        while (await reader.ReadLineAsync(stop) is { } line)
            if (line.StartsWith("data: ", StringComparison.Ordinal)) Take(line[6..]);
    }

    async Task LongPoll(SignalingNode node, CancellationToken stop)
    {
        while (true)
        {
            using var response = await Get(node, "/signal/poll", stop);
            response.EnsureSuccessStatusCode();
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(stop));
            foreach (var one in body.RootElement.GetProperty("events").EnumerateArray()) Take(one.GetRawText());
        }
    }

    public async Task<HttpResponseMessage> Get(SignalingNode node, string path, CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node.Http1, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", guest.Pass);
        if (Cursor is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", Cursor);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
    }

    /// <summary>POSTs a send; the code of the refusal, null when acknowledged.</summary>
    public Task<string?> Send(SignalingNode node, string type, object? body = null) =>
        Post(node, JsonSerializer.Serialize(new { id = NewId.Random(), t = type, p = body ?? new { } }));

    public async Task<string?> Post(SignalingNode node, string json, bool chunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Http1, "/signal/send")) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", guest.Pass);
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (response.IsSuccessStatusCode) return null;
        using var problem = JsonDocument.Parse(text);
        return problem.RootElement.GetProperty("code").GetString();
    }

    public void Take(string text)
    {
        using var document = JsonDocument.Parse(text);
        var one = document.RootElement.Clone();
        lock (_gate)
        {
            _bytes.Append(text).Append('\n');
            if (!one.TryGetProperty("c", out var cursor))
            {
                if (one.TryGetProperty("t", out var type) && type.GetString() == "reset") Cursor = null;
                return;
            }
            Cursor = cursor.GetString();
            _events.Add(one);
        }
        Heard(one);
    }

    /// <summary>Waits until the page has heard what it waits for.</summary>
    public async Task Until(Func<Page, bool> heard)
    {
        for (var wait = 0; !heard(this); wait++)
        {
            if (wait > 3000) throw new TimeoutException($"{guest.Role} heard only: {string.Join(' ', Types)}");
            await Task.Delay(10);
        }
    }

    public void Dispose() => _http.Dispose();
}

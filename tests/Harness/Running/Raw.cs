using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace FirstRing.Tests.Harness.Running;

/// <summary>What a door said.</summary>
public sealed record Said(int Status, string Type, string Body)
{
    /// <summary>The stable code of a problem document (RFC 9457); null where the answer is none.</summary>
    public string? Code => Type == "application/problem+json" ? JsonDocument.Parse(Body).RootElement.GetProperty("code").GetString() : null;
}

/// <summary>A client without a browser, that may say what no browser would.</summary>
public sealed class Raw(Uri door, string? pass = null) : IDisposable
{
    readonly HttpClient _http = DoorTrust.Client(door);

    public async Task<Said> Ask(HttpMethod method, string path, string? body = null, string? type = "application/json", string? cursor = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, door.GetLeftPart(UriPartial.Authority) + path) { Version = new Version(2, 0) };
        if (pass is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", pass);
        if (cursor is not null) request.Headers.Add("Last-Event-ID", cursor);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var given = response.Content.Headers.ContentType?.MediaType ?? "";
        return new Said((int)response.StatusCode, given, given == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync()); // an event stream has no end
    }

    public Task<Said> Send(string type, object body, Guid? id = null) =>
        Ask(HttpMethod.Post, "/signal/send", JsonSerializer.Serialize(new { id = id ?? Guid.NewGuid(), t = type, p = body }, JsonSerializerOptions.Web));

    public Task<Said> Write(string text) =>
        Ask(HttpMethod.Post, "/messages", JsonSerializer.Serialize(new { id = Guid.NewGuid(), text }, JsonSerializerOptions.Web));

    /// <summary>Sends a file into the thread. Returns what was said, and the file's id where it was taken.</summary>
    public async Task<(Said Said, string? File)> Attach(byte[] file, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, door.GetLeftPart(UriPartial.Authority) + "/messages/files") { Version = new Version(2, 0), Content = new ByteArrayContent(file) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", pass);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        request.Headers.Add("File-Name", Uri.EscapeDataString(name));
        using var response = await _http.SendAsync(request);
        var said = new Said((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsStringAsync());
        return (said, said.Status == 200 ? JsonDocument.Parse(said.Body).RootElement.GetProperty("file").GetProperty("id").GetString() : null);
    }

    /// <summary>Everything that this pass's holder may see, by long poll from the first event on.</summary>
    public async Task<IReadOnlyList<JsonElement>> WholeLog()
    {
        var all = new List<JsonElement>();
        string? cursor = null;
        while (true)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/signal/poll") { Version = new Version(2, 0) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", pass);
            if (cursor is not null) request.Headers.Add("Last-Event-ID", cursor);
            try
            {
                using var response = await _http.SendAsync(request, limit.Token);
                response.EnsureSuccessStatusCode();
                var events = JsonDocument.Parse(await response.Content.ReadAsStringAsync(limit.Token)).RootElement.GetProperty("events").EnumerateArray().ToList();
                if (events.Count == 0) return all;
                all.AddRange(events);
                cursor = events[^1].GetProperty("c").GetString();
            }
            catch (OperationCanceledException)
            {
                return all; // held: there is no more
            }
        }
    }

    /// <summary>Says <paramref name="first"/> over a WebSocket and collects what comes until the server closes or <paramref name="until"/> holds.</summary>
    public async Task<(IReadOnlyList<string> Frames, WebSocketCloseStatus? Closed)> Socket(IEnumerable<byte[]> first, Func<IReadOnlyList<string>, bool> until)
    {
        using var socket = new ClientWebSocket();
        using var certificate = DoorTrust.Certificate;
        socket.Options.RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var frames = new List<string>();
        await socket.ConnectAsync(new Uri($"wss://localhost:{door.Port}/signal/ws"), limit.Token);
        try
        {
            foreach (var frame in first) await socket.SendAsync(frame, WebSocketMessageType.Text, true, limit.Token);
            var buffer = new byte[1 << 17];
            while (!until(frames))
            {
                var length = 0;
                WebSocketReceiveResult got;
                do
                {
                    got = await socket.ReceiveAsync(new ArraySegment<byte>(buffer, length, buffer.Length - length), limit.Token);
                    length += got.Count;
                }
                while (!got.EndOfMessage);
                if (got.MessageType == WebSocketMessageType.Close) return (frames, got.CloseStatus);
                frames.Add(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (WebSocketException) { return (frames, socket.CloseStatus ?? WebSocketCloseStatus.Empty); }
        return (frames, null);
    }

    public void Dispose() => _http.Dispose();
}

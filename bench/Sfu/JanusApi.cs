#pragma warning disable RS0030 // A tool that asks another tool on loopback; it never ships.
using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FirstRing.Bench.Sfu;

/// <summary>Janus's HTTP API, as far as rooms need it: one session, whose events come by long poll and are told apart by their transaction.</summary>
internal sealed class JanusApi : IAsyncDisposable
{
    private const int MostEvents = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpClient http;
    private readonly Uri root;
    private readonly Uri session;
    private readonly CancellationTokenSource ended = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<JsonElement>> answers = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource> connected = new();
    private readonly Task polling;
    private int transactions;

    private JanusApi(HttpClient http, Uri root, long session)
    {
        (this.http, this.root, this.session) = (http, root, new Uri(root, $"/janus/{session}"));
        polling = Poll(ended.Token);
    }

    /// <summary>Waits until Janus answers, then opens the session.</summary>
    public static async Task<JanusApi> Open(int port, TimeProvider clock, CancellationToken stop)
    {
        var http = new HttpClient();
        var root = new Uri($"http://127.0.0.1:{port}/janus");
        var begin = clock.GetTimestamp();
        while (true)
        {
            try
            {
                var created = await http.PostAsJsonAsync(root, new { janus = "create", transaction = "open" }, stop);
                return new JanusApi(http, root, (await created.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("data").GetProperty("id").GetInt64());
            }
            catch (HttpRequestException) when (clock.GetElapsedTime(begin) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock, stop);
            }
        }
    }

    /// <summary>A new handle on the VideoRoom plugin; each holds one PeerConnection.</summary>
    public async Task<long> Attach(CancellationToken stop) =>
        (await Post(session, new JsonObject { ["janus"] = "attach", ["plugin"] = "janus.plugin.videoroom" }, stop)).GetProperty("data").GetProperty("id").GetInt64();

    /// <summary>Asks the plugin; the reply with its <c>plugindata</c> and maybe <c>jsep</c>, whether it comes at once or as an event.</summary>
    public async Task<JsonElement> Ask(long handle, JsonObject body, JsonObject? jsep, CancellationToken stop)
    {
        var message = new JsonObject { ["janus"] = "message", ["body"] = body };
        if (jsep is not null)
        {
            message["jsep"] = jsep;
        }
        var transaction = Next();
        var later = answers[transaction] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reply = await Post(new Uri(root, $"{session.AbsolutePath}/{handle}"), message, stop, transaction);
        if (reply.GetProperty("janus").GetString() == "ack")
        {
            reply = await later.Task.WaitAsync(Patience, stop);
        }
        answers.TryRemove(transaction, out _);
        var data = reply.GetProperty("plugindata").GetProperty("data");
        return data.TryGetProperty("error", out var error) ? throw new InvalidOperationException($"janus: {error}") : reply;
    }

    /// <summary>Until a handle's PeerConnection is up.</summary>
    public Task Connected(long handle, CancellationToken stop) => Up(handle).Task.WaitAsync(Patience, stop);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await polling;
        http.Dispose();
        ended.Dispose();
    }

    private TaskCompletionSource Up(long handle) => connected.GetOrAdd(handle, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private string Next() => $"t{Interlocked.Increment(ref transactions)}";

    private async Task<JsonElement> Post(Uri to, JsonObject message, CancellationToken stop, string? transaction = null)
    {
        message["transaction"] = transaction ?? Next();
        using var response = await http.PostAsJsonAsync(to, message, stop);
        var reply = await response.Content.ReadFromJsonAsync<JsonElement>(stop);
        return reply.GetProperty("janus").GetString() == "error" ? throw new InvalidOperationException($"janus: {reply}") : reply;
    }

    private async Task Poll(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var events = await http.GetFromJsonAsync<JsonElement>(new Uri(root, $"{session.AbsolutePath}?maxev={MostEvents}"), stop);
                foreach (var one in events.ValueKind == JsonValueKind.Array ? events.EnumerateArray().ToArray() : [events])
                {
                    Take(one);
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or HttpRequestException)
        {
            foreach (var waiting in answers.Values)
            {
                waiting.TrySetException(fault);
            }
        }
    }

    private void Take(JsonElement one)
    {
        if (one.GetProperty("janus").GetString() == "webrtcup")
        {
            Up(one.GetProperty("sender").GetInt64()).TrySetResult();
        }
        else if (one.TryGetProperty("transaction", out var transaction) && answers.TryGetValue(transaction.GetString()!, out var waiting))
        {
            waiting.TrySetResult(one);
        }
    }
}

using System.Text.Json;
using FirstRing.Bench.Load;
using FirstRing.Bench.Machine;
using Microsoft.Playwright;

namespace FirstRing.Bench.Nodes;

/// <summary>
/// Somebody in a visit without a page, who does what the page does: takes each new offer, answers it and builds a connection beside the one there is, sends on
/// both, and asks for an offer when nothing has come for three seconds.
/// </summary>
internal sealed class LoadMember(IAPIRequestContext door, string pass, LoadLoop loop, TimeProvider clock)
{
    private const double SilentAfter = 3000, AskAgain = 4000, Audible = 60;
    private static int indexes;

    private readonly Lock gate = new();
    private readonly List<(long Epoch, LoadPeer Peer)> peers = [];
    private readonly List<Span> gaps = [];
    private long received;
    private double heardAt, askedAt;

    /// <summary>Offers that came, by placementEpoch.</summary>
    public IReadOnlyList<long> Epochs
    {
        get
        {
            lock (gate) return [.. peers.Select(peer => peer.Epoch)];
        }
    }

    public string Participant { get; } = ClaimOf(pass);

    public static async Task<LoadMember> ByLink(IAPIRequest requests, VisitLinks links, LoadLoop loop, TimeProvider clock)
    {
        var door = await Context(requests, links.Patient, null);
        await door.GetAsync(links.Patient.PathAndQuery, new APIRequestContextOptions { Headers = [new("Accept", "text/html")] });
        return await Enter(requests, door, links.Patient, links.Patient.AbsolutePath, loop, clock);
    }

    /// <summary>The clinician, by the login that all rooms share: another sign-in would end it.</summary>
    public static Task<LoadMember> SignedIn(IAPIRequest requests, IAPIRequestContext login, VisitLinks links, LoadLoop loop, TimeProvider clock) =>
        Enter(requests, login, links.Clinician, new Uri(links.Clinician, $"/clinic/visits/{links.Visit}").ToString(), loop, clock);

    public async Task Begin(CancellationToken stop)
    {
        await Ask("/signal/poll", null); // who has never looked is not there
        await Send("connect", "{}");
        _ = Task.Run(() => Follow(stop), stop);
    }

    public async Task Send(string type, string body)
    {
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        var answer = await door.PostAsync("/signal/send", new APIRequestContextOptions { DataString = $$"""{"id":"{{id}}","t":"{{type}}","p":{{body}}}""", Headers = [new("Content-Type", "application/json")] });
        if (!answer.Ok) throw new InvalidOperationException($"{type}: {answer.Status} {await answer.TextAsync()}");
    }

    public void Look(double now)
    {
        lock (gate)
        {
            var total = peers.Sum(peer => Volatile.Read(ref peer.Peer.Received));
            if (total > received)
            {
                if (heardAt > 0 && now - heardAt > Audible) gaps.Add(new Span(heardAt, now));
                (received, heardAt) = (total, now);
            }
            if (heardAt == 0 || now - heardAt < SilentAfter || now - askedAt < AskAgain) return;
            askedAt = now;
        }
        _ = Try(() => Send("connect", "{}"));
    }

    public (double Gap, double Back, bool IsBack) Since(double at, double now)
    {
        lock (gate)
        {
            var longest = gaps.Append(new Span(heardAt, now)).Where(gap => gap.To > at).MaxBy(gap => gap.To - Math.Max(gap.From, at))!;
            var gap = longest.To - Math.Max(longest.From, at);
            return (gap, gap > Audible + 40 ? longest.To - at : 0, heardAt > 0 && now - heardAt < 1000);
        }
    }

    public string Describe()
    {
        lock (gate) return string.Join(", ", peers.Select(peer => $"epoch {peer.Epoch} {(peer.Peer.Connected ? "connected" : peer.Peer.Failure ?? "not connected")} {peer.Peer.Received}"));
    }

    private async Task Follow(CancellationToken stop)
    {
        string? cursor = null;
        while (!stop.IsCancellationRequested)
        {
            if (!await Try(async () => cursor = await Next(cursor))) await Task.Delay(TimeSpan.FromMilliseconds(250), clock, stop);
        }
    }

    private async Task<string?> Next(string? cursor)
    {
        JsonElement? offer = null;
        foreach (var one in (await Ask("/signal/poll", cursor)).GetProperty("events").EnumerateArray())
        {
            if (one.TryGetProperty("c", out var at)) cursor = at.GetString();
            if (one.GetProperty("t").GetString() == "offer") offer = one.GetProperty("p");
        }
        if (offer is not { } taken) return cursor;
        var peer = new LoadPeer(Interlocked.Increment(ref indexes), taken.GetProperty("sdp").GetString()!, loop.DtlsOut);
        peer.Script.WithPicture = false;
        lock (gate) peers.Add((taken.GetProperty("placementEpoch").GetInt64(), peer));
        await Send("answer", JsonSerializer.Serialize(new AnswerBody(taken.GetProperty("generation").GetInt64(), peer.AnswerSdp), NodesJson.Default.AnswerBody));
        loop.Join(peer);
        return cursor;
    }

    private async Task<JsonElement> Ask(string path, string? cursor)
    {
        var answer = await door.GetAsync(path, new APIRequestContextOptions { Headers = cursor is null ? [] : [new("Last-Event-ID", cursor)], Timeout = 60_000 });
        if (!answer.Ok) throw new InvalidOperationException($"{path}: {answer.Status}");
        return JsonDocument.Parse(await answer.TextAsync()).RootElement;
    }

    private static async Task<bool> Try(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (Exception failure) when (failure is PlaywrightException or InvalidOperationException)
        {
            return false; // the next look or poll is the retry
        }
    }

    private static Task<IAPIRequestContext> Context(IAPIRequest requests, Uri link, string? pass) => requests.NewContextAsync(new APIRequestNewContextOptions
    {
        BaseURL = link.GetLeftPart(UriPartial.Authority),
        IgnoreHTTPSErrors = true,
        ExtraHTTPHeaders = pass is null ? [] : [new("Authorization", $"Bearer {pass}")],
    });

    private static async Task<LoadMember> Enter(IAPIRequest requests, IAPIRequestContext door, Uri link, string path, LoadLoop loop, TimeProvider clock)
    {
        var answer = await door.PostAsync(path + "/enter", new APIRequestContextOptions
        {
            DataString = "{}",
            Headers = [new("Content-Type", "application/json"), new("Idempotency-Key", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)))],
        });
        var text = await answer.TextAsync();
        if (!answer.Ok) throw new InvalidOperationException($"{path}: {answer.Status} {text}");
        var pass = JsonDocument.Parse(text).RootElement.GetProperty("pass").GetString()!;
        return new LoadMember(await Context(requests, link, pass), pass, loop, clock);
    }

    private static string ClaimOf(string pass)
    {
        var part = pass.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonDocument.Parse(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '='))).RootElement.GetProperty("sub").GetString()!;
    }
}

internal sealed record AnswerBody(long Generation, string Sdp);

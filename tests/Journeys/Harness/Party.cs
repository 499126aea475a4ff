using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;
using FirstRing.Tests.Harness.Running;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>Someone in a visit: a page in a browser process of its own, with the voice <see cref="Voice"/>.</summary>
internal sealed partial class Party : IAsyncDisposable
{
    readonly IBrowserContext _context;

    Party(string name, int voice, IBrowserContext context, IPage page)
    {
        (Name, Voice, _context, Page) = (name, voice, context, page);
        page.PageError += (_, error) => Mistakes.Enqueue(error);
        page.Console += (_, message) => { if (message.Type is "error" or "warning") Said.Enqueue($"{message.Type}: {message.Text}"); };
    }

    public string Name { get; }
    public int Voice { get; }
    public IPage Page { get; }
    public IBrowserContext Context => _context;

    /// <summary>Uncaught exceptions of the page; every journey ends with none.</summary>
    public ConcurrentQueue<string> Mistakes { get; } = [];
    public ConcurrentQueue<string> Said { get; } = [];

    /// <summary>The visit pass, as the page was last given it; the page itself holds it in memory only.</summary>
    public async Task<string> Pass()
    {
        var texts = string.Concat(await Received());
        return Given().Matches(texts).LastOrDefault() is { } found ? found.Groups[1].Value : throw new InvalidOperationException($"{Name} has no pass yet.");
    }

    public async Task<PassClaims> Claims() => PassClaims.Read(await Pass());

    [GeneratedRegex("\"pass\":\"([A-Za-z0-9._-]+)\"")]
    private static partial Regex Given();

    /// <summary>Their page, still empty. With a <paramref name="profile"/> the browser is theirs alone and keeps there what it keeps; with a <paramref name="relay"/>, <c>udp</c>, <c>tcp</c> or <c>tls</c>, media goes by that way to the relay and no other, with <c>none</c> there is no relay. With a <paramref name="proxy"/> all that goes by TCP goes through that, also to this machine.</summary>
    public static async Task<Party> Arrive(string name, int voice, Picture? picture = null, int width = 0, int height = 0, ColorScheme scheme = ColorScheme.Light, bool script = true, string? profile = null, bool udp = true, string? relay = null, Uri? proxy = null)
    {
        picture ??= Picture.Plain;
        // Four windows are drawn without a graphics card: no larger than they must be.
        if (width == 0) (width, height) = picture == Picture.Small ? (640, 480) : (1280, 800);
        var options = new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            Locale = "en-US",
            JavaScriptEnabled = script,
            Permissions = ["camera", "microphone"],
            Proxy = proxy is null ? null : new Proxy { Server = $"http://{proxy.Authority}", Bypass = "<-loopback>" },
        };
        var context = profile is null ? await (await Browsers.Of(voice, udp)).NewContextAsync(options) : await Browsers.Keeping(profile, voice, options);
        context.SetDefaultTimeout(60_000);
        await context.AddInitScriptAsync($"window.__small = {{ width: {picture.Width}, height: {picture.Height}, rate: {picture.Rate} }};{(relay is null ? "" : $"window.__relay = '{relay}';")}{Probe}");
        return new Party(name, voice, context, await context.NewPageAsync());
    }

    static string Probe { get; } = ReadProbe();

    static string ReadProbe()
    {
        using var reader = new StreamReader(typeof(Party).Assembly.GetManifestResourceStream("probe.js")!);
        return reader.ReadToEnd();
    }

    public Task Open(Uri link) => Page.GotoAsync(link.ToString());
    public ILocator Part(string name) => Page.Locator($"[data-test=\"{name}\"]");
    public Task<string?> State() => Page.EvaluateAsync<string?>("document.documentElement.dataset.joinState ?? null");

    public Task Reaches(params string[] states) =>
        Eventually.True($"{Name} in state {string.Join(" or ", states)}", async () => await State() is var now && states.Contains(now), Describe);

    public async Task<IReadOnlyList<StreamCount>> Streams() => await Ask<StreamCount[]>("window.__probe.stats()");

    /// <summary>The others' pictures that are decoded here: mid, frames, size.</summary>
    public async Task<IReadOnlyList<StreamCount>> Pictures() =>
        [.. (await Streams()).Where(stream => stream is { Direction: "in", Kind: "video", Frames: > 0 })];

    /// <summary>How the connections go that are connected.</summary>
    public async Task<IReadOnlyList<WayTaken>> Ways() => await Ask<WayTaken[]>("window.__probe.paths()");

    public Task<IReadOnlyList<StreamCount>> Sees(int people, int frames, int width = 1, int height = 1) => Sees($"{people} pictures of over {frames} frames", pictures =>
        pictures.Count(picture => picture.Frames > frames && picture.Width >= width && picture.Height >= height) >= people);

    public async Task<IReadOnlyList<StreamCount>> Sees(string what, Func<IReadOnlyList<StreamCount>, bool> enough)
    {
        IReadOnlyList<StreamCount> seen = [];
        await Eventually.True($"{what} at {Name}", async () => enough(seen = await Pictures()), Describe, TimeSpan.FromSeconds(120));
        return seen;
    }

    /// <summary>The tones in what is audible here, each from a track in which it stands at least 15 dB above every other.</summary>
    public async Task<IReadOnlySet<int>> Heard()
    {
        var ears = await Ask<Ear[]>($"window.__probe.hear([{string.Join(',', Tone.All)}], 2500)");
        return ears.Select(ear => ear.Loudest()).OfType<int>().ToHashSet();
    }

    public async Task Hears(params Party[] others)
    {
        var expected = others.Select(other => Tone.All[other.Voice]).ToHashSet();
        IReadOnlySet<int> heard = new HashSet<int>();
        await Eventually.True($"{Name} hears {string.Join(", ", expected)}", async () => (heard = await Heard()).SetEquals(expected),
            async () => $"Heard {string.Join(", ", heard)}. {await Describe()}");
    }

    async Task<T> Ask<T>(string expression) =>
        JsonSerializer.Deserialize<T>(await Page.EvaluateAsync<string>($"(async () => JSON.stringify(await {expression}))()"), JsonSerializerOptions.Web)!;

    /// <summary>Every text that reached the page over WebSocket, event stream or fetch.</summary>
    public Task<string[]> Received() => Ask<string[]>("window.__probe.received");

    public async Task<string> Describe()
    {
        try
        {
            var streams = string.Join("; ", (await Streams()).Select(stream => $"{stream.Direction} {stream.Kind} {stream.Mid} {stream.Packets} packets {stream.Frames} frames {stream.Width}x{stream.Height}"));
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Output, "screenshots", "failed")).FullName, $"{Name}.png");
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = true });
            return $"{Name}: state {await State()}, at {new Uri(Page.Url).AbsolutePath.Split('/')[1]}, mistakes [{string.Join(" | ", Mistakes)}], said [{string.Join(" | ", Said.Take(10))}], streams [{streams}], text [{await Page.Locator("body").InnerTextAsync()}]";
        }
        catch (PlaywrightException failure)
        {
            return $"{Name}: cannot be described: {failure.Message}";
        }
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}

/// <summary>What a party's camera gives: small enough for two cores that encode and decode everybody's.</summary>
internal sealed record Picture(int Width, int Height, int Rate)
{
    public static readonly Picture Plain = new(640, 360, 15), Small = new(320, 180, 10);
}

/// <summary>One RTP stream as <c>getStats</c> counts it.</summary>
internal sealed record StreamCount(string Direction, string Kind, string Mid, long Packets, long Bytes, long Frames, int Width, int Height, double Energy, long Lost, string Rid, double Rate);

/// <summary>How a connection goes: the protocols of the pair it chose and of all its browser's own candidates, that by which it reaches its relay ("" without), and the milliseconds from its making to its being connected.</summary>
internal sealed record WayTaken(string Local, string Remote, string Relay, double Took, string[] Own);

/// <summary>What one audible track carries: level in dB per tone.</summary>
internal sealed record Ear(string Track, double[] Levels)
{
    const double Audible = -75, Margin = 15;

    public int? Loudest()
    {
        var order = Enumerable.Range(0, Levels.Length).OrderByDescending(at => Levels[at]).ToArray();
        return Levels[order[0]] > Audible && Levels[order[0]] - Levels[order[1]] > Margin ? Tone.All[order[0]] : null;
    }
}

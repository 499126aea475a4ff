using System.Diagnostics.CodeAnalysis;
using FirstRing.Tests.Harness.Running;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>
/// Debian's Chromium, one process per party, each with a voice of its own. They live as long as the test process; every test gets fresh contexts in them.
/// </summary>
internal static class Browsers
{
    static readonly SemaphoreSlim Gate = new(1, 1);
    static readonly Dictionary<(int Voice, bool Udp), IBrowser> Open = [];
    static IPlaywright? _driver;

    /// <summary>The browser that speaks <see cref="Tone.All"/>[<paramref name="voice"/>]; without <paramref name="udp"/> it sends no datagram, as on a network that lets none through.</summary>
    public static async Task<IBrowser> Of(int voice, bool udp = true)
    {
        await Gate.WaitAsync();
        try
        {
            _driver ??= await Playwright.CreateAsync();
            if (Open.TryGetValue((voice, udp), out var open)) return open;
            return Open[(voice, udp)] = await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Timeout = 120_000, Args = [.. Words(voice), .. udp ? [] : WithoutUdp] });
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>A browser for one context alone, which keeps everything that a browser keeps in the folder <paramref name="profile"/>.</summary>
    public static async Task<IBrowserContext> Keeping(string profile, int voice, BrowserNewContextOptions like)
    {
        _driver ??= await Playwright.CreateAsync();
        return await _driver.Chromium.LaunchPersistentContextAsync(profile, new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = Chromium, Timeout = 120_000, Args = Words(voice),
            ViewportSize = like.ViewportSize, ColorScheme = like.ColorScheme, Locale = like.Locale, JavaScriptEnabled = like.JavaScriptEnabled, Permissions = like.Permissions,
        });
    }

    const string Chromium = "/usr/bin/chromium";

    static readonly string[] WithoutUdp = ["--force-webrtc-ip-handling-policy=disable_non_proxied_udp", "--webrtc-ip-handling-policy=disable_non_proxied_udp"];

    static string[] Words(int voice) =>
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required",
        $"--use-file-for-fake-audio-capture={Tone.File(Tone.All[voice])}",
        $"--ignore-certificate-errors-spki-list={DoorTrust.KeyHash}",
        "--auto-select-desktop-capture-source=Entire screen", "--auto-accept-this-tab-capture",
    ];

    [SuppressMessage("Reliability", "CA2000", Justification = "Disposed one by one.")]
    public static async Task Close()
    {
        foreach (var browser in Open.Values) await browser.DisposeAsync();
        Open.Clear();
        _driver?.Dispose();
        _driver = null;
    }
}

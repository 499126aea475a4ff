using System.Globalization;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Leaks;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using FirstRing.Tests.Router.Recording;
using Microsoft.Playwright;
using Refit;

namespace FirstRing.Tests.Journeys;

/// <summary>A visit is recorded when both have said yes, both see it all the time, and what is exported afterwards plays in Chromium with each one's own voice. Nothing of it was ever in clear on the disk.</summary>
public sealed class RecordedVisits(Platforms platforms)
{
    [Fact]
    public async Task A_visit_that_both_agreed_to_record_is_exported_and_plays()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var visit = await Visiting.InCall(platform, picture: Picture.Small);
        await visit.Clinician.Part("record").ClickAsync();
        await visit.Patient.Part("record-yes").WaitForAsync();
        await Look(visit.Patient, "recording-asked");
        Assert.Equal("May this visit be recorded? It is recorded only while everyone here says yes. You can stop it at any time.", await visit.Patient.Part("recording").InnerTextAsync());
        Assert.Equal("Recording begins when everyone has said yes.", await visit.Clinician.Part("recording").InnerTextAsync());
        Assert.Empty(Sealed(platform));
        await visit.Patient.Part("record-yes").ClickAsync();
        foreach (var party in (Party[])[visit.Patient, visit.Clinician]) await Says(party, "This visit is being recorded.");
        Assert.Equal("This visit is being recorded.", await visit.Patient.Part("status").InnerTextAsync()); // and is read out
        await Look(visit.Patient, "recording-patient");
        await Look(visit.Clinician, "recording-clinician");
        await Eventually.True("some seconds are on the disk", () => Task.FromResult(Sealed(platform).Sum(file => new FileInfo(file).Length) > 400_000));

        await visit.Patient.Part("record-no").ClickAsync();
        await Says(visit.Clinician, "Somebody does not want to be recorded any more. Recording has stopped.");
        Assert.False(await visit.Patient.Part("recording").IsVisibleAsync());
        visit.NothingWentWrong();

        using var folder = new TempFolder();
        var (files, told) = await Export(platform, folder);
        Assert.DoesNotContain("flaw", told, StringComparison.Ordinal);
        Assert.Equal(2, files.Count);
        var voices = new HashSet<int>();
        foreach (var file in files)
        {
            var (played, tone) = await Play(visit.Clinician.Context, file);
            Assert.True(played is { Time: > 1, Frames: > 10, Width: 320, Height: 180 }, $"{played}");
            voices.Add(tone);
        }
        Assert.Equal([Tone.All[0], Tone.All[1]], voices.Order());
        NothingIsInClear(platform, files);
    }

    [Fact]
    public async Task A_recording_outlives_the_node_that_is_killed_in_the_middle_of_it()
    {
        await using var platform = await RunningPlatform.Start(split: true, more: ["--media-nodes", "2"]);
        await using var visit = await Visiting.InCall(platform, picture: Picture.Small);
        await visit.Patient.Page.SetViewportSizeAsync(360, 740);
        await visit.Clinician.Page.SetViewportSizeAsync(1280, 800);
        await visit.Patient.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        var first = await NodeOf(platform, (await visit.Patient.Claims()).Call);
        using var folder = new TempFolder();
        using (var writes = await Writes.Of((await platform.Ps())[first], folder.At("writes")))
        {
            await visit.Clinician.Part("record").ClickAsync();
            await visit.Patient.Part("record-yes").WaitForAsync();
            await Look(visit.Patient, "recording-asked-phone");
            await visit.Patient.Part("record-yes").ClickAsync();
            await Eventually.True("some seconds are on the disk", () => Task.FromResult(Sealed(platform).Sum(file => new FileInfo(file).Length) > 250_000));
            await writes.OnlySealed(platform.Data);
        }
        await Look(visit.Patient, "recording-phone");
        await Look(visit.Clinician, "recording-desktop");

        var before = Sealed(platform);
        await platform.Kill(first);
        await Eventually.True("the other node records", () => Task.FromResult(Sealed(platform).Except(before).Sum(file => new FileInfo(file).Length) > 250_000), visit.Patient.Describe);
        foreach (var party in (Party[])[visit.Patient, visit.Clinician]) await Says(party, "This visit is being recorded.");
        await visit.Clinician.Part("record-stop").ClickAsync();
        await Says(visit.Clinician, "Recording has stopped.");
        visit.NothingWentWrong();

        var (files, told) = await Export(platform, folder);
        // What was killed is good up to its last chunk, what came after it is whole; each person is one file of both.
        Assert.Equal(before.Count, told.Split('\n').Count(line => line.EndsWith("it is good up to a flaw: Unfinished", StringComparison.Ordinal)));
        Assert.Equal(2, files.Count);
        foreach (var file in files)
        {
            var blocks = Webm.Read(await File.ReadAllBytesAsync(file)).Blocks;
            var gap = blocks.Zip(blocks.Skip(1), (one, next) => next.At - one.At).Max();
            Figure.Print($"media node killed while it recorded: {gap / 1000.0:F1} s are missing");
            Assert.InRange(gap, 500, 20_000);
            await Play(visit.Clinician.Context, file);
        }
    }

    static async Task<string> NodeOf(RunningPlatform platform, string call)
    {
        foreach (var node in (string[])["media", "media-2"])
            try
            {
                if ((await Inside.Client<IMediaClient>(platform, node, "signaling").CallStatistics(new GetCallStatistics(CallId.Parse(call, CultureInfo.InvariantCulture)), CancellationToken.None)).Value is { Peers.Count: > 0 }) return node;
            }
            catch (ApiRequestException)
            {
                // the other one
            }
        throw new InvalidOperationException("No node has the call.");
    }

    static Task Says(Party party, string words) => Eventually.True($"{party.Name} reads: {words}", async () => await party.Part("recording").TextContentAsync() == words, party.Describe);

    static List<string> Sealed(RunningPlatform platform) => [.. Directory.EnumerateFiles(platform.Data, "*.frr", SearchOption.AllDirectories)];

    static async Task<(List<string> Files, string Told)> Export(RunningPlatform platform, TempFolder folder)
    {
        var (code, list, errors) = await Repository.Run(await Repository.Server, "recording-list", "--data", platform.Data);
        Assert.True(code == 0, errors);
        var id = list.Split('\n')[0].Split(' ')[0];
        (code, var told, errors) = await Repository.Run(await Repository.Server, "recording-export", "--data", platform.Data, "--recording", id, "--to", folder.At("out"));
        Assert.True(code == 0, errors + told);
        return ([.. Directory.EnumerateFiles(folder.At("out"))], told);
    }

    sealed record Played(double Time, int Frames, int Width, int Height, double[] Loudness);

    // In a page of Chromium: the picture runs, and the sound is decoded and looked through for each voice.
    static async Task<(Played Played, int Tone)> Play(IBrowserContext context, string file)
    {
        var page = await context.NewPageAsync();
        var text = await page.EvaluateAsync<string>(
            """
            async ([content, tones]) => {
              const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
              const video = document.createElement("video");
              video.muted = true;
              video.src = URL.createObjectURL(new Blob([bytes], { type: "video/webm" }));
              document.body.append(video);
              await video.play();
              const until = performance.now() + 8000;
              while (video.currentTime < 1.2 && performance.now() < until) await new Promise((then) => setTimeout(then, 50));
              const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes.buffer.slice(0));
              const samples = sound.getChannelData(0);
              // Goertzel: how much of each tone there is.
              const loudness = tones.map((hertz) => {
                const k = 2 * Math.cos((2 * Math.PI * hertz) / sound.sampleRate);
                let a = 0, b = 0;
                for (const sample of samples) [a, b] = [sample + k * a - b, a];
                return a * a + b * b - k * a * b;
              });
              return JSON.stringify({ time: video.currentTime, frames: video.getVideoPlaybackQuality().totalVideoFrames, width: video.videoWidth, height: video.videoHeight, loudness });
            }
            """, new object[] { Convert.ToBase64String(await File.ReadAllBytesAsync(file)), Tone.All });
        await page.CloseAsync();
        var played = JsonSerializer.Deserialize<Played>(text, JsonSerializerOptions.Web)!;
        var loudest = played.Loudness.Max();
        Assert.True(loudest > 0 && played.Loudness.Where(one => one < loudest).All(one => loudest > 30 * one), string.Join(", ", played.Loudness));
        return (played, Tone.All[played.Loudness.ToList().IndexOf(loudest)]);
    }

    // Sixteen bytes out of the middle of many frames: what Opus and VP8 made of the voices and pictures is in the exported files, and nowhere below the data folder.
    static void NothingIsInClear(RunningPlatform platform, IReadOnlyList<string> files)
    {
        var frames = files.SelectMany(file => Webm.Read(File.ReadAllBytes(file)).Blocks).Where(block => block.Bytes.Length > 60).ToList();
        var patterns = frames.Where((_, number) => number % Math.Max(1, frames.Count / 400) == 0).Select(block => block.Bytes[(block.Bytes.Length / 2)..(block.Bytes.Length / 2 + 16)])
            .Where(pattern => pattern.Distinct().Count() > 8).ToList();
        Assert.True(patterns.Count > 100, $"{patterns.Count}");
        var search = new ManyPatterns(patterns);
        Assert.Equal(patterns.Count, files.SelectMany(file => Found(search, file)).Distinct().Count()); // it does find them
        foreach (var file in Directory.EnumerateFiles(platform.Data, "*", SearchOption.AllDirectories)) Assert.True(Found(search, file).Count == 0, file);
    }

    static HashSet<int> Found(ManyPatterns search, string file)
    {
        using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        content.CopyTo(bytes);
        var found = new HashSet<int>();
        search.Find(bytes.ToArray(), (number, _) => found.Add(number));
        return found;
    }

    static async Task Look(Party party, string name) => await party.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Output, "screenshots")).FullName, $"{name}.png") });
}

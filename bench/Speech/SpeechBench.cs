using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Bench.Machine;
using FirstRing.Bench.Networks;
using FirstRing.Bench.Sfu;
using FirstRing.Simulate.Network;
using FirstRing.Simulate.Relay;

namespace FirstRing.Bench.Speech;

/// <summary>
/// Whether what a patient says over a bad line is understood: sentences said into the shipped page in real Chromium, taken as the clinician's page plays them. Judged by
/// <see cref="Stoi"/>, sentence by sentence, and by how many more words a recogniser gets wrong than of the sentences themselves.
/// </summary>
internal static class SpeechBench
{
    private const double LeastStoi = 0.85, MostRise = 10;
    private static readonly string[] Profiles = ["clean", "random", "bursty", "slow-3G"];

    public static async Task<int> Run(string? only, TimeProvider clock, CancellationToken stop)
    {
        var trials = Trial.All.Where(trial => only is null ? Profiles.Contains(trial.Name) : trial.Name == only).ToList();
        var quiet = await QuietMachine.Wait(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30), clock);
        var load = QuietMachine.Load1();
        Console.WriteLine($"{(quiet ? "a quiet machine" : "the machine has other work")}, load {load}");
        var folder = Directory.CreateTempSubdirectory("firstring-speech-").FullName;
        try
        {
            var said = await Utterance.All(folder, stop);
            if (!HoldsOnKnownNoise(said)) return 1;
            var wrong = 0;
            foreach (var one in said) wrong += one.Errors(await Utterance.Recognise(one.Sound, folder, stop));
            var own = 100.0 * wrong / said.Sum(one => one.Count);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"as it is said: {own:F1} % of {said.Sum(one => one.Count)} words recognised wrong"));
            using var platform = await StartedPlatform.Start(Path.Combine(folder, "data"), stop);
            await using var browsers = await TwoBrowsers.Start("tape.js");
            var lines = new List<SpeechLine>();
            foreach (var trial in trials) lines.Add(await Measure(trial, said, own, folder, platform, browsers, clock, stop));
            Console.WriteLine(JsonSerializer.Serialize(new SpeechOut("speech", lines, null, load, SfuBench.Commit(), !quiet), SpeechJson.Default.SpeechOut));
            return 0;
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static async Task<SpeechLine> Measure(
        Trial trial, IReadOnlyList<Utterance> said, double own, string folder, StartedPlatform platform, TwoBrowsers browsers, TimeProvider clock, CancellationToken stop)
    {
        using var line = new UdpRelay(trial.Path, 1, clock);
        await using var visit = await VisitOverLine.Open(browsers, await platform.Visit(stop), line);
        await visit.InCall();
        await Task.Delay(TimeSpan.FromSeconds(5), clock, stop);
        var begun = new List<double>();
        foreach (var one in said)
        {
            begun.Add(await visit.PatientsPage.EvaluateAsync<double>("sound => window.__tape.say(sound)", Convert.ToBase64String(one.Sound.Pcm())));
            await Task.Delay(TimeSpan.FromSeconds(one.Sound.Seconds + 0.7), clock, stop);
        }
        await Task.Delay(TimeSpan.FromSeconds(2), clock, stop);
        var taken = JsonSerializer.Deserialize(await visit.CliniciansPage.EvaluateAsync<string>("window.__tape.take()"), SpeechJson.Default.Tape)!;
        var tape = Sound.Of(Convert.FromBase64String(taken.Pcm), Utterance.Rate);

        var (scores, wrong) = (new List<double>(), 0);
        foreach (var (one, at) in said.Zip(begun))
        {
            var around = tape.Cut((int)((at - taken.From - 200) * Utterance.Rate / 1000), one.Sound.Samples.Length + 3 * Utterance.Rate);
            var from = around.Find(one.Sound);
            scores.Add(Stoi.Of(one.Sound.At(Stoi.Rate).Samples, around.Cut(from, one.Sound.Samples.Length).At(Stoi.Rate).Samples));
            wrong += one.Errors(await Utterance.Recognise(around.Cut(from - Utterance.Rate / 5, one.Sound.Samples.Length + 2 * Utterance.Rate / 5), folder, stop));
        }
        scores.Sort();
        var errors = 100.0 * wrong / said.Sum(one => one.Count);
        var (mean, least) = (scores.Average(), scores[scores.Count / 10]);
        var missing = new List<string>();
        if (!(mean >= LeastStoi)) missing.Add("stoi");
        if (!(errors - own <= MostRise)) missing.Add("word_error_rise_points");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{trial.Name}: STOI {mean:F3}, a tenth below {least:F3}; {errors:F1} % of the words wrong, {errors - own:F1} points more; {(missing.Count == 0 ? "holds" : "MISSES " + string.Join(", ", missing))}"));
        return new SpeechLine(trial.Name, Math.Round(mean, 3), Math.Round(least, 3), Math.Round(errors, 1), Math.Round(errors - own, 1), missing);
    }

    // A measure that is not checked proves nothing: untouched speech is 1, and noise costs about what is published for it, more of it more.
    private static bool HoldsOnKnownNoise(IReadOnlyList<Utterance> said)
    {
        var scores = ((double[])[double.PositiveInfinity, 10, 0, -10]).Select(decibels => said.Average(one =>
        {
            var clean = one.Sound.At(Stoi.Rate).Samples;
            var dice = new Dice(7);
            var loudness = Math.Sqrt(clean.Sum(sample => sample * sample) / clean.Length) * Math.Pow(10, -decibels / 20) * Math.Sqrt(3);
            return Stoi.Of(clean, clean.Select(sample => sample + loudness * (dice.Between(-1_000_000, 1_000_000) / 1e6)).ToArray());
        })).ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"STOI of untouched speech {scores[0]:F3}; with white noise at 10, 0 and -10 dB {scores[1]:F3}, {scores[2]:F3}, {scores[3]:F3}"));
        var holds = scores[0] > 0.999 && scores[1] is > 0.75 and < 0.95 && scores[2] is > 0.55 and < 0.8 && scores[3] is > 0.3 and < 0.6;
        if (!holds) Console.Error.WriteLine("The measure itself is wrong: nothing else is measured.");
        return holds;
    }
}

/// <summary>What a page heard: 16-bit samples in base64, and when they begin (ms since 1970).</summary>
internal sealed record Tape(double From, string Pcm);

internal sealed record SpeechLine(string Name, double Stoi, double StoiP10, double WordErrorPercent, double WordErrorRisePoints, IReadOnlyList<string> Missing);

internal sealed record SpeechOut(string Bench, IReadOnlyList<SpeechLine> Ours, IReadOnlyList<SpeechLine>? Rival, double Load1, string Commit, bool Void);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SpeechOut))]
[JsonSerializable(typeof(Tape))]
internal sealed partial class SpeechJson : JsonSerializerContext;

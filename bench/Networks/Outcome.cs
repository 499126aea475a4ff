using System.Globalization;
using System.Text.Json.Serialization;
using FirstRing.Simulate.Relay;

namespace FirstRing.Bench.Networks;

/// <summary>Whether the visit held: seconds for which either page said it reconnects, connections that were made anew, and the state that ended it.</summary>
internal sealed record Lasting(double ReconnectingS, int Reopened, string? Dropped)
{
    // Whoever is let in again by themselves was never out of the visit; all else is.
    private static readonly string[] Inside = ["in-call", "reconnecting", "admitted"];

    public static Lasting Of(double from, params Seen[] pages)
    {
        var samples = pages.Select(page => page.Samples.Where(one => one.T >= from).ToList()).ToList();
        return new(samples.Max(page => page.Zip(page.Skip(1)).Where(pair => pair.First.State != "in-call").Sum(pair => pair.Second.T - pair.First.T) / 1000),
            pages.Sum(page => page.Reopened), samples.SelectMany(page => page).FirstOrDefault(one => !Inside.Contains(one.State))?.State);
    }
}

/// <summary>One run: the patient heard and seen by the clinician, and the other way round.</summary>
internal sealed record Outcome(double JoinedS, Direction ToClinician, Direction ToPatient, Lasting Lasting, RelayCounts Line)
{
    public string Text(Trial trial, int run) => string.Create(CultureInfo.InvariantCulture, $"""
        {trial.Name} {run + 1}: in the call after {JoinedS:F1} s; {(Lasting.Dropped is { } state ? $"DROPPED ({state})" : "never dropped")}, {Lasting.ReconnectingS:F1} s reconnecting, {Lasting.Reopened} connections anew; line lost {Of(Line.Up)} up, {Of(Line.Down)} down, {Line.Unsent} not taken by the system, {Line.Latest.TotalMilliseconds:F0} ms late at most
          patient to clinician: {Of(ToClinician)}
          clinician to patient: {Of(ToPatient)}
        """);

    private static string Of(DirectionCounts way) => string.Create(CultureInfo.InvariantCulture, $"{100.0 * (way.Lost + way.Overflowed) / Math.Max(1, way.Entered):F1} % of {way.Entered}");

    private static string Of(Direction way) => string.Create(CultureInfo.InvariantCulture,
        $"concealed {way.ConcealedPercent:F2} %, mouth to ear {way.P50Ms:F0}/{way.P95Ms:F0} ms ({way.Beeps - way.Missed} of {way.Beeps} beeps, buffer {way.BufferMs:F0} ms), freeze {way.FreezeS:F2} s, frozen {way.FrozenS:F1} s, {way.Fps:F1} fps, {way.VideoKbps:F0} kbit/s, no sound for {way.AudioGapS:F1} s{Back(way)}");

    private static string Back(Direction way) => string.Create(CultureInfo.InvariantCulture,
        $"{(way.AudioBackS.Count > 0 ? $", sound back after {string.Join(", ", way.AudioBackS.Select(one => one.ToString("F1", CultureInfo.InvariantCulture)))} s" : "")}{(way.VideoBackS is { } back ? $", picture back after {back:F1} s ({string.Join(", ", way.Stretches.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Kbps:F0} kbit/s {one.Fps:F0} fps {one.Rows} rows")))})" : "")}{(way.StarvedS > 1 ? string.Create(CultureInfo.InvariantCulture, $", sender short of CPU for {way.StarvedS:F0} s") : "")}");
}

/// <summary>Medians over the runs, of the worse direction in each. What comes several times in a run is taken together: its p95.</summary>
internal sealed record TrialLine(string Name, double ConcealedPercent, double MouthToEarP50Ms, double MouthToEarP95Ms, double MissedPercent, double FreezeS, double FrozenS, double AudioGapS,
    double ReconnectingS, double? AudioBackP95S, double? VideoBackS, double StarvedS, double JoinedS, int Dropped, IReadOnlyList<string> Missing)
{
    public static TrialLine Of(Trial trial, IReadOnlyList<Outcome> runs)
    {
        var backs = runs.SelectMany(run => run.ToClinician.AudioBackS.Zip(run.ToPatient.AudioBackS, Math.Max)).Order().ToList();
        var line = new TrialLine(trial.Name, Worse(way => way.ConcealedPercent), Worse(way => way.P50Ms), Worse(way => way.P95Ms), Worse(way => 100.0 * way.Missed / Math.Max(1, way.Beeps)),
            Worse(way => way.FreezeS), Worse(way => way.FrozenS), Worse(way => way.AudioGapS), Median(runs.Select(run => run.Lasting.ReconnectingS)),
            backs.Count > 0 ? Round(Direction.Quantile(backs, 0.95)) : null, trial.Thin is null ? null : Worse(way => way.VideoBackS!.Value), Worse(way => way.StarvedS), Median(runs.Select(run => run.JoinedS)),
            runs.Count(run => run.Lasting.Dropped is not null), []);
        return line with { Missing = [.. line.Short(trial.Bar)] };

        double Worse(Func<Direction, double> figure) => Median(runs.Select(run => Math.Max(Known(figure(run.ToClinician)), Known(figure(run.ToPatient)))));
    }

    private IEnumerable<string> Short(Bar bar)
    {
        if (Dropped > 0) yield return $"{Dropped} dropped";
        foreach (var (name, figure, most) in ((string, double?, double?)[])
        [
            ("concealed_percent", ConcealedPercent, bar.ConcealedPercent), ("mouth_to_ear_p95_ms", MouthToEarP95Ms, bar.MouthToEarP95), ("freeze_s", FreezeS, bar.FreezeS), ("audio_gap_s", AudioGapS, bar.AudioGapS),
            ("audio_back_p95_s", AudioBackP95S, bar.AudioBackS), ("video_back_s", VideoBackS, bar.VideoBackS),
        ])
            if (most is { } asked && !(figure <= asked)) yield return string.Create(CultureInfo.InvariantCulture, $"{name} {figure} > {asked}");
    }

    private const double Never = 1e6;

    // Nothing heard at all is no good figure.
    private static double Known(double figure) => double.IsNaN(figure) ? Never : figure;

    private static double Median(IEnumerable<double> figures) => Round(Direction.Quantile([.. figures.Order()], 0.5));
    private static double Round(double figure) => Math.Round(figure, 2);
}

internal sealed record NetworksLine(string Bench, int Runs, IReadOnlyList<TrialLine> Profiles, double Load1, string Commit, bool Void);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(NetworksLine))]
internal sealed partial class NetworksOut : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Seen))]
internal sealed partial class NetworksJson : JsonSerializerContext;

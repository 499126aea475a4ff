using FirstRing.Bench.Audit;
using FirstRing.Bench.Keys;
using FirstRing.Bench.Networks;
using FirstRing.Bench.Nodes;
using FirstRing.Bench.Restore;
using FirstRing.Bench.Sfu;
using FirstRing.Bench.Speech;

return args switch
{
    ["sfu", .. var rest] when Word(rest, "--vs") is null or "janus" => await new SfuBench(rest.Contains("--quick"), TimeProvider.System)
        .Run(Word(rest, "--vs") is not null, Number(rest, "--pairs"), rest.Contains("--rooms-table"), CancellationToken.None),
    ["audit", .. var rest] => await AuditBench.Run(Number(rest, "--rows") ?? 1_000_000, Word(rest, "--postgres"), Word(rest, "--keep"), TimeProvider.System),
    ["keys", .. var rest] => await KeysBench.Run(Word(rest, "--postgres"), TimeProvider.System),
    ["restore", .. var rest] => await RestoreBench.Run(rest, TimeProvider.System, CancellationToken.None),
    ["networks", .. var rest] => await NetworksBench.Run(Word(rest, "--profile"), Number(rest, "--runs") ?? 10, TimeProvider.System, CancellationToken.None),
    ["nodes", .. var rest] => await NodesBench.Run(Number(rest, "--rooms") ?? 20, Number(rest, "--pages") ?? 2, TimeProvider.System, CancellationToken.None),
    ["speech", .. var rest] => await SpeechBench.Run(Word(rest, "--profile"), TimeProvider.System, CancellationToken.None),
    ["sfu-client"] => ClientMode.Run(),
    ["sfu-floor", var core] => FloorMode.Run(int.Parse(core)),
    ["sfu-server"] => await ServerMode.Run(CancellationToken.None),
    _ => Usage(),
};

static string? Word(string[] words, string name) => Array.IndexOf(words, name) is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : null;
static int? Number(string[] words, string name) => int.TryParse(Word(words, name), out var number) ? number : null;

static int Usage()
{
    Console.Error.WriteLine("benches: sfu [--vs janus [--pairs N]] [--rooms-table] [--quick], audit [--rows N] [--keep DIR], keys [--postgres CONNECTION], restore [--gb N], networks [--profile NAME] [--runs N], nodes [--rooms N] [--pages N], speech [--profile NAME]");
    return 2;
}

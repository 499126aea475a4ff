using System.Globalization;
using FirstRing.Bench.Machine;

namespace FirstRing.Bench.Speech;

/// <summary>Something said, and its words.</summary>
internal sealed record Utterance(string Words, Sound Sound)
{
    public const int Rate = 16_000;
    private const int WavHeader = 44;
    private const string Recordings = "/usr/share/pocketsphinx/test/data/librivox";

    // What a patient may say; two voices of flite say it. Beside them the recogniser's own test recordings, which are of a person.
    private static readonly string[] Spoken =
    [
        "the pain began three days ago and it is worse at night", "i have taken two of the white tablets every morning since last week",
        "my left knee hurts when i walk up the stairs", "she has had a high fever since yesterday evening and she will not eat",
        "i feel short of breath after a few minutes of work", "the rash is on both arms and it is very red",
        "please call my daughter if anything should change", "i stopped the medicine because it made me sick",
        "my blood pressure was one hundred and forty over ninety", "there is no history of heart disease in my family",
    ];

    public static async Task<IReadOnlyList<Utterance>> All(string folder, CancellationToken stop)
    {
        var all = new List<Utterance>();
        foreach (var (words, index) in Spoken.Select((words, index) => (words, index)))
        {
            var file = Path.Combine(folder, $"said-{index}.wav");
            await Clone.Output("flite", ["-voice", index % 2 == 0 ? "slt" : "rms", "-t", words, "-o", file], stop);
            all.Add(new Utterance(words, await Read(file, stop)));
        }
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(Recordings, "transcription"), stop))
        {
            var close = line.LastIndexOf("</s>", StringComparison.Ordinal);
            all.Add(new Utterance(line["<s> ".Length..close].Trim(), await Read(Path.Combine(Recordings, line[(close + 5)..].Trim(' ', '(', ')') + ".wav"), stop)));
        }
        return all;
    }

    /// <summary>The words that pocketsphinx makes of a sound.</summary>
    public static async Task<string[]> Recognise(Sound sound, string folder, CancellationToken stop)
    {
        var file = Path.Combine(folder, "heard.raw");
        await File.WriteAllBytesAsync(file, sound.Pcm(), stop);
        return Split(await Clone.Output("pocketsphinx_continuous", ["-infile", file, "-logfn", "/dev/null"], stop));
    }

    /// <summary>Words that were heard wrong, left out or added.</summary>
    public int Errors(string[] heard)
    {
        var said = Split(Words);
        var row = Enumerable.Range(0, heard.Length + 1).ToArray();
        for (var i = 1; i <= said.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= heard.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (said[i - 1] == heard[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    public int Count => Split(Words).Length;

    private static string[] Split(string words) => words.Replace("mr ", "mister ", StringComparison.Ordinal).ToLower(CultureInfo.InvariantCulture).Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static async Task<Sound> Read(string file, CancellationToken stop) => Sound.Of((await File.ReadAllBytesAsync(file, stop)).AsSpan(WavHeader), Rate);
}

using System.Globalization;
using System.Text;

namespace FirstRing.Verify;

/// <summary>What is known of a log from all that was read: keys, checkpoints to be met, leaves, findings. Checks everything from its definition; shares no code with the log.</summary>
internal sealed class Verification(string? logKey = null, string? witnessKey = null)
{
    const int Most = 1_000;

    readonly List<Finding> _findings = [];
    readonly List<PublicKey> _keys = [];
    readonly HashSet<string> _shown = [];
    readonly SortedDictionary<long, List<(byte[] Root, string Where)>> _expected = [];
    readonly List<(SignedCheckpoint Note, string Where, bool Witnessed)> _notes = [];
    PublicKey? _witness;
    string? _origin;
    long? _seen;

    /// <summary>The leaves of the segments, 32 bytes each.</summary>
    public MemoryStream Leaves { get; } = new();
    public long InSegments => Leaves.Length / 32;
    public long Verified { get; set; }
    public byte[]? Root { get; set; }
    public IReadOnlyList<Finding> Findings => _findings;

    public void Found(long? seq, string what)
    {
        if (_findings.Count < Most && !_findings.Any(one => one.Seq == seq && one.What == what)) _findings.Add(new Finding(seq, what));
    }

    /// <summary>A key of the log: the first one, or one that a known key vouches for.</summary>
    public void Key(string text, byte[] vouched, string where, long? seq = null)
    {
        if (!_shown.Add($"{text} {Convert.ToBase64String(vouched)}")) return;
        if (PublicKey.Read(text) is not { } key) Found(seq, $"{where}: a key of the log cannot be read");
        else if (_keys.Any(one => one.Text == text)) Found(seq, $"{where}: a key of the log is vouched for in two ways");
        else if (_keys.Count == 0 ? vouched.Length > 0 || (logKey is not null && logKey != text) : !_keys.Any(one => one.Signed(Encoding.UTF8.GetBytes($"firstring log key\n{text}\n"), vouched)))
            Found(seq, $"{where}: a key of the log that no known key vouches for");
        else if (_keys.Count > 0 && key.Name != _keys[0].Name) Found(seq, $"{where}: a key of another log");
        else _keys.Add(key);
    }

    public void Witness(string text, string where, long? seq = null)
    {
        if (PublicKey.Read(text) is not { } key) Found(seq, $"{where}: the witness's key cannot be read");
        else if ((_witness ??= key).Text != text || (witnessKey is not null && witnessKey != text)) Found(seq, $"{where}: another witness's key");
    }

    /// <summary>A checkpoint that must hold. <paramref name="witnessed"/>: it must carry the witness's signature.</summary>
    public void Expect(string text, string where, bool witnessed = false, long? seq = null)
    {
        if (SignedCheckpoint.Read(text) is not { } note)
        {
            Found(seq, $"{where}: the checkpoint cannot be read");
            return;
        }
        _notes.Add((note, where, witnessed));
        ExpectRoot(note.Size, note.Root, where);
    }

    public void ExpectRoot(long size, byte[] root, string where)
    {
        if (!_expected.TryGetValue(size, out var list)) _expected[size] = list = [];
        list.Add((root, where));
    }

    /// <summary>The roots that must be met when a tree has grown to a size; from which entry on it is wrong is not known better than that.</summary>
    public void Meet(Tree tree, string by)
    {
        if (!_expected.TryGetValue(tree.Size, out var list)) return;
        var root = tree.Root();
        foreach (var (expected, where) in list)
            if (!expected.AsSpan().SequenceEqual(root)) Found(tree.Size - 1, $"{where}: its root is not that of {by} up to here");
    }

    /// <summary>What is promised beyond the end of what there is.</summary>
    public void End(long size, string by)
    {
        foreach (var (promised, list) in _expected)
            if (promised > size)
                foreach (var (_, where) in list) Found(size, $"{where}: speaks of {promised} entries, {by} end here");
    }

    public void Finish()
    {
        foreach (var (note, where, witnessed) in _notes)
        {
            if ((_origin ??= note.Origin) != note.Origin) Found(null, $"{where}: the checkpoint of another log");
            if (!note.SignedBy(_keys)) Found(note.Size - 1, $"{where}: the checkpoint is signed by no key of the log");
            if (!witnessed && note.Lines.Count == 1) continue;
            if (_witness is null || note.SeenBy(_witness) is not { } seen) Found(note.Size - 1, $"{where}: the witness has not signed the checkpoint");
            else _seen = Math.Max(_seen ?? 0, seen);
        }
        if (_notes.Count == 0) Found(null, "there is no checkpoint: nothing proves what was read");
    }

    public string Summary()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Verified} entries, root {(Root is null ? "–" : Convert.ToBase64String(Root))}");
        foreach (var key in _keys) text.Append(CultureInfo.InvariantCulture, $"\nsigned by {key.Text}{(logKey is null ? " (compare it with the one you noted)" : "")}");
        if (_witness is not null && _seen is { } seen)
            text.Append(CultureInfo.InvariantCulture, $"\nwitnessed by {_witness.Text}, last at {DateTimeOffset.FromUnixTimeSeconds(seen):yyyy-MM-dd HH:mm:ss} UTC");
        text.Append(_findings.Count == 0 ? "\nall of it holds" : $"\n{_findings.Count} findings: DO NOT TRUST this log before you know why");
        return text.ToString();
    }
}

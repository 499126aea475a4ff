using System.Globalization;
using System.Text.Json;

namespace FirstRing.Verify;

/// <summary>Reads the segments of a folder, in order, and checks each line, each root and each checkpoint.</summary>
internal sealed class SegmentReader(Verification verification)
{
    sealed record Trailer(long First, long Next, byte[] Root, byte[] Leaves, string Checkpoint, string Witness, List<(string Key, byte[] Vouched)> Keys);

    readonly Order _order = new(verification, "segment");
    Tree _tree = new();

    public void Read(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal)) ReadFile(file);
        verification.End(_tree.Size, "the segments");
        (verification.Verified, verification.Root) = (_tree.Size, _tree.Root());
    }

    void ReadFile(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var lines = Lines(File.ReadAllBytes(path));
        var first = long.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : _tree.Size;
        if (first > _tree.Size) verification.Found(_tree.Size, $"segment: entries {_tree.Size} to {first - 1} are missing");
        if (first < _tree.Size) verification.Found(first, $"segment: {name} brings entries again");
        if (first != _tree.Size)
        {
            // What follows can still be looked at line by line, but no longer under the roots before it.
            _tree = new Tree();
            return;
        }
        if (lines.Count == 0 || ReadTrailer(lines[^1]) is not { } trailer)
        {
            verification.Found(first, $"segment: {name} has no sound last line");
            trailer = new Trailer(first, first + Math.Max(0, lines.Count - 1), [], [], "", "", []);
        }
        if (trailer.First != first || name != string.Create(CultureInfo.InvariantCulture, $"{trailer.First:D12}-{trailer.Next:D12}"))
            verification.Found(first, $"segment: {name} is not named as it says");
        foreach (var (key, vouched) in trailer.Keys) verification.Key(key, vouched, $"segment {name}", first);
        if (trailer.Witness.Length > 0) verification.Witness(trailer.Witness, $"segment {name}", first);
        if (trailer.Checkpoint.Length > 0) verification.Expect(trailer.Checkpoint, $"segment {name}", witnessed: true, first);
        var differing = new List<long>();
        for (var i = 0; i + 1 < lines.Count; i++)
        {
            var seq = first + i;
            var leaf = Tree.LeafOf(lines[i].Span);
            if (EntryLine.Read(lines[i]) is { } line) _order.Check(seq, line);
            else verification.Found(seq, "segment: the entry cannot be read");
            if (trailer.Leaves.Length > 0 && !Leaf(trailer.Leaves, i).SequenceEqual(leaf)) differing.Add(seq);
            _tree.Add(leaf);
            verification.Leaves.Write(leaf);
            verification.Meet(_tree, "the segments");
        }
        var sound = trailer.Root.AsSpan().SequenceEqual(_tree.Root());
        foreach (var seq in differing) verification.Found(seq, sound ? "segment: its leaf in the last line is altered" : "segment: the entry is altered");
        if (trailer.Root.Length > 0 && !sound) verification.Found(differing.Count > 0 ? differing[0] : first, $"segment: {name} has not the root it says");
        if (trailer.Next != first + lines.Count - 1) verification.Found(first + lines.Count - 1, $"segment: {name} ends early or late");
        if (trailer.Leaves.Length > 0 && trailer.Leaves.Length != (lines.Count - 1) * 32) verification.Found(first, $"segment: {name} has not as many leaves as lines");
    }

    static ReadOnlySpan<byte> Leaf(byte[] leaves, int index) => leaves.Length >= (index + 1) * 32 ? leaves.AsSpan(index * 32, 32) : [];

    static List<ReadOnlyMemory<byte>> Lines(byte[] bytes)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        for (var from = 0; from < bytes.Length;)
        {
            var end = bytes.AsSpan(from).IndexOf((byte)'\n');
            if (end < 0) end = bytes.Length - from;
            lines.Add(bytes.AsMemory(from, end));
            from += end + 1;
        }
        return lines;
    }

    static Trailer? ReadTrailer(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var trailer = new Trailer(root.GetProperty("first").GetInt64(), root.GetProperty("next").GetInt64(), root.GetProperty("root").GetBytesFromBase64(),
                root.GetProperty("leaves").GetBytesFromBase64(), root.GetProperty("checkpoint").GetString()!, root.GetProperty("witness").GetString()!,
                [.. root.GetProperty("keys").EnumerateArray().Select(key => (key.GetProperty("key").GetString()!, key.GetProperty("vouched").GetBytesFromBase64()))]);
            // There is one way to write it: anything that only reads the same was altered.
            return Write(trailer).AsSpan().SequenceEqual(line.Span) ? trailer : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    static byte[] Write(Trailer trailer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("first", trailer.First);
            json.WriteNumber("next", trailer.Next);
            json.WriteBase64String("root", trailer.Root);
            json.WriteBase64String("leaves", trailer.Leaves);
            json.WriteString("checkpoint", trailer.Checkpoint);
            json.WriteString("witness", trailer.Witness);
            json.WriteStartArray("keys");
            foreach (var (key, vouched) in trailer.Keys)
            {
                json.WriteStartObject();
                json.WriteString("key", key);
                json.WriteBase64String("vouched", vouched);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}

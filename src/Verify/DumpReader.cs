using System.Text.Json;

namespace FirstRing.Verify;

/// <summary>
/// Reads what the log's own store holds, as <c>audit dump</c> wrote it, one JSON object a line: <c>head</c>, <c>exported</c>, <c>key</c>, <c>witness</c>, <c>checkpoint</c>,
/// <c>witnessed</c>, <c>source</c>, <c>tile</c>, then the entries' own lines.
/// </summary>
internal sealed class DumpReader(Verification verification)
{
    const string Where = "store";

    readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];
    readonly Dictionary<string, long> _sources = [];
    readonly Dictionary<(int Level, long Number), List<byte[]>> _built = [];
    readonly Order _order = new(verification, Where);
    readonly Tree _tree = new();
    long? _size;
    byte[] _root = [];

    public void Read(Stream input)
    {
        using var reader = new StreamReader(input);
        while (reader.ReadLine() is { } line)
            if (line.StartsWith("{\"seq\":", StringComparison.Ordinal)) Entry(System.Text.Encoding.UTF8.GetBytes(line));
            else Part(line);
        Close();
    }

    void Part(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var part = json.RootElement.EnumerateObject().First();
            switch (part.Name)
            {
                case "head":
                    (_size, _root) = (part.Value.GetProperty("size").GetInt64(), part.Value.GetProperty("root").GetBytesFromBase64());
                    verification.ExpectRoot(_size.Value, _root, "the log's end");
                    break;
                case "exported" when part.Value.GetInt64() is var exported && exported > verification.InSegments && verification.InSegments > 0:
                    verification.Found(verification.InSegments, $"segment: written up to {exported}, but there is no more");
                    break;
                case "key": verification.Key(part.Value.GetProperty("key").GetString()!, part.Value.GetProperty("vouched").GetBytesFromBase64(), Where); break;
                case "witness": verification.Witness(part.Value.GetString()!, Where); break;
                case "checkpoint": verification.Expect(part.Value.GetString()!, Where); break;
                case "witnessed": verification.Expect(part.Value.GetString()!, "the witness's own memory"); break;
                case "source": _sources[part.Value.GetProperty("store").GetString()!] = part.Value.GetProperty("counter").GetInt64(); break;
                case "tile": _tiles[(part.Value.GetProperty("level").GetInt32(), part.Value.GetProperty("number").GetInt64())] = part.Value.GetProperty("hashes").GetBytesFromBase64(); break;
                case "unreadable": verification.Found(_tree.Size, $"{Where}: cannot be read from here on"); break;
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            verification.Found(_tree.Size, $"{Where}: a part of it cannot be read");
        }
    }

    void Entry(byte[] bytes)
    {
        // An entry that is not there leaves its place: those after it still stand in theirs.
        var line = EntryLine.Read(bytes);
        while (line is not null && line.Seq > _tree.Size && line.Seq - _tree.Size < 1_000_000)
        {
            verification.Found(_tree.Size, $"{Where}: the entry is missing");
            Add(TileLeaf(_tree.Size) ?? new byte[32]);
        }
        var seq = _tree.Size;
        if (_size is { } size && seq >= size)
        {
            verification.Found(seq, $"{Where}: an entry beyond the log's end");
            return;
        }
        if (line is null) verification.Found(seq, $"{Where}: the entry cannot be read");
        else _order.Check(seq, line);
        var leaf = Tree.LeafOf(bytes);
        if (TileLeaf(seq) is { } known && !known.AsSpan().SequenceEqual(leaf)) verification.Found(seq, $"{Where}: the entry is not the one in the tree");
        if (seq < verification.InSegments && !verification.Leaves.GetBuffer().AsSpan((int)seq * 32, 32).SequenceEqual(leaf))
            verification.Found(seq, $"{Where}: the entry is not the one in the segment");
        Add(leaf);
    }

    void Add(byte[] leaf)
    {
        var (level, index, hash) = (0, _tree.Size, leaf);
        while (true)
        {
            var at = (level, index / 256);
            if (!_built.TryGetValue(at, out var hashes)) _built[at] = hashes = [];
            hashes.Add(hash);
            if (hashes.Count < 256) break;
            Compare(at, hashes);
            var above = new Tree();
            foreach (var one in hashes) above.Add(one);
            (hash, index, level) = (above.Root(), index / 256, level + 1);
            _built.Remove(at);
        }
        _tree.Add(leaf);
        verification.Meet(_tree, "the entries");
    }

    void Compare((int Level, long Number) at, List<byte[]> hashes)
    {
        var span = 1L << (8 * at.Level);
        if (!_tiles.Remove(at, out var tile))
        {
            verification.Found(at.Number * 256 * span, $"{Where}: a tile of level {at.Level} is missing");
            return;
        }
        for (var i = 0; i < hashes.Count; i++)
            if (tile.Length < (i + 1) * 32 || !tile.AsSpan(i * 32, 32).SequenceEqual(hashes[i]))
                verification.Found((at.Number * 256 + i) * span, $"{Where}: a hash of the tile of level {at.Level} is not that of the entries");
        if (tile.Length != hashes.Count * 32) verification.Found((at.Number * 256 + hashes.Count) * span, $"{Where}: a tile of level {at.Level} is too long or too short");
    }

    byte[]? TileLeaf(long seq) => _tiles.TryGetValue((0, seq / 256), out var tile) && tile.Length >= (seq % 256 + 1) * 32 ? tile.AsSpan((int)(seq % 256) * 32, 32).ToArray() : null;

    void Close()
    {
        foreach (var (at, hashes) in _built) Compare(at, hashes);
        foreach (var (level, number) in _tiles.Keys) verification.Found(number << (8 * (level + 1)), $"{Where}: a tile of level {level} beyond the log's end");
        if (_size is null) verification.Found(null, $"{Where}: the log's end is missing");
        else if (_tree.Size < _size) verification.Found(_tree.Size, $"{Where}: entries {_tree.Size} to {_size - 1} are missing");
        if (verification.InSegments > _tree.Size) verification.Found(_tree.Size, $"{Where}: the segments have more entries than the store");
        foreach (var (store, counter) in _order.Counters)
            if (_sources.GetValueOrDefault(store) != counter) verification.Found(null, $"{Where}: of {store} the log has row {counter}, not {_sources.GetValueOrDefault(store)} as it says");
        foreach (var store in _sources.Keys.Except(_order.Counters.Keys)) verification.Found(null, $"{Where}: the log has no row of {store}, though it says so");
        verification.End(_tree.Size, "the entries");
        (verification.Verified, verification.Root) = (Math.Max(verification.Verified, _tree.Size), _tree.Root());
    }
}

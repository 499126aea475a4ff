using System.Text.Json;

namespace FirstRing.Verify;

/// <summary>What an entry's line must say about its place.</summary>
internal sealed record EntryLine(long Seq, long Taken, string Store, long Counter)
{
    public static EntryLine? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("seq", out var seq) && seq.TryGetInt64(out var number)
                && root.TryGetProperty("taken", out var taken) && taken.TryGetInt64(out var at)
                && root.TryGetProperty("store", out var store) && store.ValueKind == JsonValueKind.String
                && root.TryGetProperty("counter", out var counter) && counter.TryGetInt64(out var count)
                ? new EntryLine(number, at, store.GetString()!, count)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>That entries follow one another: no number, and no counter of a store, is missing or comes twice, and the log's time does not run backwards.</summary>
internal sealed class Order(Verification verification, string where)
{
    readonly Dictionary<string, long> _counters = [];
    long _taken;

    public IReadOnlyDictionary<string, long> Counters => _counters;

    public void Check(long seq, EntryLine line)
    {
        if (line.Seq != seq) verification.Found(seq, $"{where}: entry {line.Seq} stands in its place");
        var expected = _counters.GetValueOrDefault(line.Store) + 1;
        if (line.Counter != expected) verification.Found(seq, $"{where}: row {line.Counter} of {line.Store} stands where row {expected} must");
        if (line.Taken < _taken) verification.Found(seq, $"{where}: taken before the entry in front of it");
        _counters[line.Store] = line.Counter;
        _taken = Math.Max(_taken, line.Taken);
    }
}

using System.Text.Json;
using FirstRing.Platform.Storage;

namespace FirstRing.Audit.Log;

/// <summary>Writes out what the log's store holds, as it is and unjudged, for the verifier (which shares no code with the log) to judge. JSON, one object a line.</summary>
public static class LogDump
{
    const int Page = 5_000;

    sealed record Head(long Size, byte[] Root);
    sealed record Key(string PublicKey, byte[] Vouched);
    sealed record Source(string Store, long Counter);
    sealed record Tile(long Level, long Number, byte[] Hashes);

    public static async Task Write(Store store, Stream output, CancellationToken stop)
    {
        var head = await store.ReadOne<Head>("SELECT size AS Size, root AS Root FROM log_head WHERE id = 1", null, stop);
        if (head is not null)
            await Line(output, "head", json =>
            {
                json.WriteStartObject();
                json.WriteNumber("size", head.Size);
                json.WriteBase64String("root", head.Root);
                json.WriteEndObject();
            });
        var exported = await store.ReadOne<long?>("SELECT MAX(next) FROM log_segments", null, stop);
        await Line(output, "exported", json => json.WriteNumberValue(exported ?? 0));
        foreach (var key in await store.ReadList<Key>("SELECT public_key AS PublicKey, vouched AS Vouched FROM log_keys ORDER BY position", null, stop))
            await Line(output, "key", json =>
            {
                json.WriteStartObject();
                json.WriteString("key", key.PublicKey);
                json.WriteBase64String("vouched", key.Vouched);
                json.WriteEndObject();
            });
        foreach (var key in await store.ReadList<string>("SELECT key FROM log_witnesses", null, stop)) await Line(output, "witness", json => json.WriteStringValue(key));
        foreach (var note in await store.ReadList<string>("SELECT note FROM log_checkpoints ORDER BY size", null, stop)) await Line(output, "checkpoint", json => json.WriteStringValue(note));
        foreach (var source in await store.ReadList<Source>("SELECT store AS Store, counter AS Counter FROM log_sources ORDER BY store", null, stop))
            await Line(output, "source", json =>
            {
                json.WriteStartObject();
                json.WriteString("store", source.Store);
                json.WriteNumber("counter", source.Counter);
                json.WriteEndObject();
            });
        await Tiles(store, output, stop);
        await Entries(store, output, stop);
    }

    static async Task Tiles(Store store, Stream output, CancellationToken stop)
    {
        var (level, number) = (-1L, long.MaxValue);
        while (await store.ReadList<Tile>(
            $"SELECT level AS Level, number AS Number, hashes AS Hashes FROM log_tiles WHERE level > @level OR (level = @level AND number > @number) ORDER BY level, number LIMIT {Page}",
            new { level, number }, stop) is { Count: > 0 } tiles)
            foreach (var tile in tiles)
            {
                (level, number) = (tile.Level, tile.Number);
                await Line(output, "tile", json =>
                {
                    json.WriteStartObject();
                    json.WriteNumber("level", tile.Level);
                    json.WriteNumber("number", tile.Number);
                    json.WriteBase64String("hashes", tile.Hashes);
                    json.WriteEndObject();
                });
            }
    }

    static async Task Entries(Store store, Stream output, CancellationToken stop)
    {
        for (var from = long.MinValue; ;)
        {
            List<LogEntry> entries;
            try
            {
                entries = await new LogStore(store).Entries(from, long.MaxValue, Page, stop);
            }
            catch (Exception failure) when (failure is System.Data.Common.DbException or InvalidOperationException or System.Data.DataException)
            {
                await Line(output, "unreadable", json => json.WriteNumberValue(from));
                return;
            }
            if (entries.Count == 0) return;
            foreach (var entry in entries)
            {
                await output.WriteAsync(entry.Line(), stop);
                output.WriteByte((byte)'\n');
            }
            from = entries[^1].Seq + 1;
        }
    }

    static async Task Line(Stream output, string part, Action<Utf8JsonWriter> value)
    {
        await using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WritePropertyName(part);
            value(json);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }
}

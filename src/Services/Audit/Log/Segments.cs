using System.Globalization;
using System.Text.Json;
using FirstRing.Audit.Places;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Log;

/// <summary>
/// Writes the log out in segments, into a place where nothing is written twice: at most 10,000 entries, at the latest 60 s after an entry came. A segment is the
/// entries' lines, then a line with their leaves, the root at its end, and a checkpoint at or beyond it that a witness signed, with the keys to check it; without that
/// signature nothing is written.
/// </summary>
internal sealed partial class Segments(LogStore log, LogKeys keys, Checkpoints checkpoints, ISegmentPlace place, ILogger<Segments> logger)
{
    public const int Most = 10_000;
    const int Page = 1_000;
    public static readonly long Age = (long)TimeSpan.FromSeconds(60).TotalMicroseconds;

    sealed record Written(long First, long Next);

    /// <summary>Up to where the log lies in segments here.</summary>
    public Task<long> Exported(CancellationToken stop) => log.Commit(async transaction => (await Last(transaction))?.Next ?? 0, stop);

    Task<Written?> Last(Transaction transaction) => place.Name is null
        ? transaction.One<Written>("SELECT first AS First, next AS Next FROM log_segments ORDER BY first DESC LIMIT 1")
        : transaction.One<Written>("SELECT first AS First, next AS Next FROM log_carried WHERE place = @Name ORDER BY first DESC LIMIT 1", new { place.Name });

    Task Note(long first, long next, CancellationToken stop) => log.Commit(transaction => place.Name is null
        ? transaction.Execute("INSERT INTO log_segments (first, next, at) VALUES (@first, @next, @Now) ON CONFLICT (first) DO NOTHING", new { first, next, transaction.Now })
        : transaction.Execute("INSERT INTO log_carried (place, first, next, at) VALUES (@Name, @first, @next, @Now) ON CONFLICT (place, first) DO NOTHING", new { place.Name, first, next, transaction.Now }), stop);

    /// <summary>Writes the next segment if it is due. False where it was not, or the checkpoint it needs is not signed yet.</summary>
    public async Task<bool> WriteDue(CancellationToken stop)
    {
        var first = await Exported(stop);
        var head = await log.Head(stop);
        if (head.Size <= first) return false;
        var oldest = (await log.Entries(first, first + 1, 1, stop)).SingleOrDefault() ?? throw new BrokenLogException(first);
        var waits = log.Clock.Microseconds() - oldest.Taken;
        if (head.Size - first < Most && waits < Age - 5_000_000) return false; // a little early, so as not to be late
        if (await checkpoints.NewestCosigned(stop) is not { } checkpoint || checkpoint.Size <= first)
        {
            if (waits > 2 * Age) LogBlocked(first);
            return false;
        }
        await Write(first, Math.Min(checkpoint.Size, first + Most), checkpoint.Note, stop);
        return true;
    }

    async Task Write(long first, long next, string checkpoint, CancellationToken stop)
    {
        // Put there before, but the line in the store was lost with the power: what lies there stands, if it is what the tree vouches for.
        if (await Existing(first, stop) is not { } there)
        {
            if (await place.Put(await Make(first, next, checkpoint, stop), stop)) { await Note(first, next, stop); return; }
            if (await Existing(first, stop) is not { } other) throw new BrokenLogException(first);
            there = other;
        }
        await Compare(there.Name, first, there.Next, stop);
        await Note(first, there.Next, stop);
    }

    async Task<Segment> Make(long first, long next, string checkpoint, CancellationToken stop)
    {
        var (root, known) = await log.WithTiles(async tiles => (await tiles.Root(next), await Leaves(tiles, first, next)), stop);
        using var content = new MemoryStream();
        using var leaves = new MemoryStream();
        var tenants = new HashSet<string>(StringComparer.Ordinal);
        for (var from = first; from < next;)
        {
            var entries = await log.Entries(from, next, Page, stop);
            foreach (var entry in entries)
            {
                var (line, at) = (entry.Line(), (int)(from - first));
                var leaf = Rfc6962.Leaf(line);
                // What the tree does not vouch for does not leave.
                if (entry.Seq != from || !known[at].AsSpan().SequenceEqual(leaf)) throw new BrokenLogException(from);
                leaves.Write(leaf);
                content.Write(line);
                content.WriteByte((byte)'\n');
                tenants.Add(entry.Tenant);
                from++;
            }
            if (entries.Count == 0) throw new BrokenLogException(from);
        }
        content.Write(await Trailer(first, next, root, leaves.ToArray(), checkpoint, stop));
        return new Segment(Name(first, next), content.ToArray(), tenants);
    }

    // Somebody else could have put something under this name.
    async Task Compare(string name, long first, long next, CancellationToken stop)
    {
        var known = next <= (await log.Head(stop)).Size ? await log.WithTiles(tiles => Leaves(tiles, first, next), stop) : throw new BrokenLogException(first);
        var lines = (await place.Read(name, stop)).AsMemory();
        foreach (var (at, leaf) in known.Index())
        {
            var end = lines.Span.IndexOf((byte)'\n');
            if (end < 0 || !Rfc6962.Leaf(lines.Span[..end]).AsSpan().SequenceEqual(leaf)) throw new BrokenLogException(first + at);
            lines = lines[(end + 1)..];
        }
    }

    static async Task<List<byte[]>> Leaves(Tiles tiles, long first, long next)
    {
        var leaves = new List<byte[]>((int)(next - first));
        for (var seq = first; seq < next; seq++) leaves.Add(await tiles.Range(seq, seq + 1));
        return leaves;
    }

    async Task<byte[]> Trailer(long first, long next, byte[] root, byte[] leaves, string checkpoint, CancellationToken stop)
    {
        var witness = await log.Commit(Checkpoints.Witness, stop);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("first", first);
            json.WriteNumber("next", next);
            json.WriteBase64String("root", root);
            json.WriteBase64String("leaves", leaves);
            json.WriteString("checkpoint", checkpoint);
            json.WriteString("witness", witness);
            json.WriteStartArray("keys");
            foreach (var key in await keys.Public(stop))
            {
                json.WriteStartObject();
                json.WriteString("key", key.Key);
                json.WriteBase64String("vouched", key.Vouched);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    static string Name(long first, long next) => string.Create(CultureInfo.InvariantCulture, $"{first:D12}-{next:D12}.jsonl");

    sealed record Lying(string Name, long Next);

    async Task<Lying?> Existing(long first, CancellationToken stop)
    {
        var beginning = first.ToString("D12", CultureInfo.InvariantCulture) + "-";
        return (await place.List(beginning, stop)).Select(name => Path.GetExtension(name) == ".jsonl"
            && long.TryParse(Path.GetFileNameWithoutExtension(name)[beginning.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var next) && next > first ? new Lying(name, next) : null)
            .FirstOrDefault(lying => lying is not null);
    }

    [LoggerMessage(1, LogLevel.Error, "No segment of the audit log is written from entry {Seq} on: the checkpoint lacks the witness's signature")]
    partial void LogBlocked(long seq);
}

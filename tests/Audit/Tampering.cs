using System.Globalization;
using Dapper;
using FirstRing.Audit.Log;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Verify;
using FirstRing.Witness;

namespace FirstRing.Tests.Audit;

/// <summary>What the verifier finds, by itself and from what lies there. Nothing of it is the log's own code.</summary>
public sealed class Tampering
{
    const int Size = 300;
    static readonly CancellationToken Never = CancellationToken.None;

    static async Task<Ledger> Filled(Dialect dialect = Dialect.Sqlite, int size = Size)
    {
        var ledger = await Ledger.Open(dialect);
        for (var part = 0; part < 3; part++)
        {
            await ledger.Fill(size / 3);
            await ledger.Round();
            ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
            await ledger.Round();
        }
        return ledger;
    }

    static async Task<byte[]> Dump(Ledger ledger)
    {
        using var dump = new MemoryStream();
        await WitnessDump.Write(ledger.Witness.Store, dump, Never);
        await LogDump.Write(ledger.Log.Store, dump, Never);
        return dump.ToArray();
    }

    static Verification Verify(string? segments, byte[]? dump, string? kept = null, string? logKey = null)
    {
        var verification = new Verification(logKey);
        if (kept is not null) verification.Expect(kept, "the checkpoint you kept");
        if (segments is not null) new SegmentReader(verification).Read(segments);
        if (dump is not null) new DumpReader(verification).Read(new MemoryStream(dump));
        verification.Finish();
        return verification;
    }

    static IReadOnlyList<Finding> Findings(string? segments, byte[]? dump, string? kept = null, string? logKey = null) => Verify(segments, dump, kept, logKey).Findings;

    static string Copy(Ledger ledger, string name)
    {
        var copy = ledger.Log.Folder.At(name);
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(ledger.Segments, "*.jsonl"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            File.SetUnixFileMode(Path.Combine(copy, Path.GetFileName(file)), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return copy;
    }

    [Theory, BothDialects]
    public async Task A_sound_log_holds_from_its_store_and_from_its_segments_alone(Dialect dialect)
    {
        await using var ledger = await Filled(dialect);
        var dump = await Dump(ledger);
        foreach (var verification in (Verification[])[Verify(ledger.Segments, dump), Verify(null, dump), Verify(ledger.Segments, null)])
        {
            Assert.Empty(verification.Findings);
            Assert.Contains("all of it holds", verification.Summary(), StringComparison.Ordinal);
            Assert.True(verification.Verified >= Size);
        }
        Assert.NotEmpty(Verify(ledger.Segments, dump, logKey: "firstring/audit/other+00000000+AgAA").Findings);
    }

    // T1
    [Fact]
    public async Task Of_a_thousand_flipped_bytes_in_store_tile_and_segment_every_one_is_found_and_named()
    {
        await using var ledger = await Filled();
        var (random, missed) = (new Random(1_000), new List<string>());
        await using var file = new Microsoft.Data.Sqlite.SqliteConnection(ledger.Log.ConnectionString);
        await file.OpenAsync();
        await file.ExecuteAsync("PRAGMA synchronous = OFF");
        for (var flip = 0; flip < 1_000; flip++)
        {
            if (flip % 2 == 0)
            {
                var copy = Copy(ledger, "flipped");
                var segment = Directory.GetFiles(copy).Order().ElementAt(random.Next(3));
                var bytes = await File.ReadAllBytesAsync(segment);
                var at = random.Next(bytes.Length);
                var (line, isLast) = (bytes.AsSpan(0, at).Count((byte)'\n'), at >= bytes.Length - Trailer(bytes));
                bytes[at] ^= (byte)(1 << random.Next(8));
                await File.WriteAllBytesAsync(segment, bytes);
                var seq = long.Parse(Path.GetFileName(segment).AsSpan(0, 12), NumberStyles.None, CultureInfo.InvariantCulture) + line;
                var found = Findings(copy, null);
                // In the last line everything is about the segment as a whole; in an entry's line it is that entry.
                if (!found.Any(one => one.Seq == seq || (isLast && one.Seq is not null))) missed.Add($"{Path.GetFileName(segment)} byte {at} (seq {seq}): {string.Join("; ", found)}");
            }
            else
            {
                var (what, sql, undo, seq) = Cell(random);
                var before = await undo(ledger);
                await file.ExecuteAsync(sql, before.Arguments);
                var found = Findings(ledger.Segments, await Dump(ledger));
                await file.ExecuteAsync(sql, before.Original);
                if (!found.Any(one => seq is null || one.Seq == seq)) missed.Add($"{what}: {string.Join("; ", found.Take(3))}");
            }
        }
        Assert.True(missed.Count == 0, string.Join("\n", missed));
        Assert.Empty(Findings(ledger.Segments, await Dump(ledger)));
    }

    static int Trailer(byte[] segment) => segment.Length - segment.AsSpan(0, segment.Length - 1).LastIndexOf((byte)'\n') - 1;

    sealed record Change(object Arguments, object Original);

    // A cell of the log's store, one bit of it flipped, and what puts it back.
    static (string What, string Sql, Func<Ledger, Task<Change>> Read, long? Seq) Cell(Random random)
    {
        string[] texts = ["store", "tenant", "action", "actor", "patient"], numbers = ["taken", "at", "counter"];
        var (seq, bit) = (random.Next(Size), random.Next(62));
        switch (random.Next(6))
        {
            case 0:
                var number = numbers[random.Next(numbers.Length)];
                return ($"{number} of {seq}", $"UPDATE log_entries SET {number} = @value WHERE seq = {seq}", async ledger =>
                {
                    var value = await ledger.Log.Store.ReadOne<long>($"SELECT {number} FROM log_entries WHERE seq = {seq}", null, Never);
                    return new Change(new { value = value ^ (1L << bit) }, new { value });
                }, seq);
            case 1:
                var text = texts[random.Next(texts.Length)];
                return ($"{text} of {seq}", $"UPDATE log_entries SET {text} = @value WHERE seq = {seq}", async ledger =>
                {
                    var value = (await ledger.Log.Store.ReadOne<string>($"SELECT {text} FROM log_entries WHERE seq = {seq}", null, Never))!;
                    var at = random.Next(value.Length);
                    return new Change(new { value = $"{value[..at]}{(char)(value[at] ^ (1 << random.Next(6)))}{value[(at + 1)..]}" }, new { value });
                }, seq);
            case 2:
                return Bytes($"body of {seq}", $"SELECT body FROM log_entries WHERE seq = {seq}", $"UPDATE log_entries SET body = @value WHERE seq = {seq}", random, seq);
            case 3:
                var tile = random.Next(2);
                var place = random.Next(tile == 0 ? 256 : Size - 256);
                return Bytes($"tile 0/{tile}", $"SELECT hashes FROM log_tiles WHERE level = 0 AND number = {tile}", $"UPDATE log_tiles SET hashes = @value WHERE level = 0 AND number = {tile}", random,
                    tile * 256 + place, place * 32, 32);
            case 4:
                return Bytes("tile 1/0", "SELECT hashes FROM log_tiles WHERE level = 1 AND number = 0", "UPDATE log_tiles SET hashes = @value WHERE level = 1 AND number = 0", random, 0);
            default:
                return Bytes("root", "SELECT root FROM log_head", "UPDATE log_head SET root = @value", random, null);
        }
    }

    static (string, string, Func<Ledger, Task<Change>>, long?) Bytes(string what, string read, string write, Random random, long? seq, int from = 0, int count = 0) =>
        (what, write, async ledger =>
        {
            var value = (await ledger.Log.Store.ReadOne<byte[]>(read, null, Never))!;
            var flipped = value.ToArray();
            flipped[from + random.Next(count == 0 ? value.Length : count)] ^= (byte)(1 << random.Next(8));
            return new Change(new { value = flipped }, new { value });
        }, seq);

    // T2, T3, T4
    [Theory]
    [InlineData("DELETE FROM log_entries WHERE seq = 120", 120)]
    [InlineData("DELETE FROM log_entries WHERE seq >= 250", 250)]
    [InlineData("UPDATE log_entries SET seq = -1 WHERE seq = 40; UPDATE log_entries SET seq = 40 WHERE seq = 41; UPDATE log_entries SET seq = 41 WHERE seq = -1", 40)]
    [InlineData("INSERT INTO log_entries SELECT 400, taken, at, store, counter, tenant, action, actor, patient, skew, body FROM log_entries WHERE seq = 7", 400)]
    [InlineData("UPDATE log_entries SET at = at - 86400000000 WHERE seq = 99", 99)]
    [InlineData("DELETE FROM log_tiles WHERE level = 0 AND number = 1", 256)]
    [InlineData("DELETE FROM log_entries WHERE seq >= 200; UPDATE log_head SET size = 200", 200)]
    [InlineData("UPDATE log_entries SET body = (SELECT body FROM log_entries WHERE seq = 8) WHERE seq = 9", 9)]
    public async Task What_is_deleted_moved_doubled_or_slipped_in_is_named(string sql, long seq)
    {
        await using var ledger = await Filled();
        foreach (var statement in sql.Split(';')) await ledger.Sql(ledger.Log, statement);
        Assert.Contains(Findings(ledger.Segments, await Dump(ledger)), one => one.Seq == seq);
        Assert.Contains(Findings(null, await Dump(ledger)), one => one.Seq == seq || (seq == 400 && one.Seq >= Size));
    }

    // T2, T3
    [Fact]
    public async Task A_segment_that_is_lost_cut_or_doubled_is_named()
    {
        await using var ledger = await Filled();
        var names = Directory.GetFiles(ledger.Segments).Select(file => Path.GetFileName(file)!).Order().ToList();
        Assert.Equal(3, names.Count);
        var copy = Copy(ledger, "lost");
        File.Delete(Path.Combine(copy, names[1]));
        var from = long.Parse(names[1].AsSpan(0, 12), NumberStyles.None, CultureInfo.InvariantCulture);
        Assert.Contains(Findings(copy, null), one => one.Seq == from);

        // The last one gone cannot be told from the segments themselves, but from the store, or a checkpoint that was kept elsewhere.
        copy = Copy(ledger, "lost");
        File.Delete(Path.Combine(copy, names[2]));
        from = long.Parse(names[2].AsSpan(0, 12), NumberStyles.None, CultureInfo.InvariantCulture);
        var checkpoint = (await ledger.Part<Checkpoints>().Newest(Never))!.Note;
        Assert.Contains(Findings(copy, null, checkpoint), one => one.Seq == from);
        Assert.Contains(Findings(copy, await Dump(ledger)), one => one.Seq == from);

        copy = Copy(ledger, "lost");
        var lines = await File.ReadAllLinesAsync(Path.Combine(copy, names[1]));
        await File.WriteAllTextAsync(Path.Combine(copy, names[1]), string.Concat(lines.Where((_, number) => number != 5).Select(line => line + "\n")));
        Assert.Contains(Findings(copy, null), one => one.Seq == from / 2 + 5 || one.Seq == long.Parse(names[1].AsSpan(0, 12), NumberStyles.None, CultureInfo.InvariantCulture) + 5);
        await File.WriteAllTextAsync(Path.Combine(copy, names[1]), string.Concat(lines.SkipLast(20).Select(line => line + "\n"))); // torn
        Assert.NotEmpty(Findings(copy, null));
    }

    // T9
    [Fact]
    public async Task A_log_that_is_shorter_than_a_checkpoint_once_given_out_is_found()
    {
        await using var ledger = await Filled();
        var kept = (await ledger.Part<Checkpoints>().Newest(Never))!.Note;
        Assert.Empty(Findings(ledger.Segments, await Dump(ledger), kept));
        await using var other = await Filled();
        Assert.NotEmpty(Findings(other.Segments, await Dump(other), kept));
    }

    // T10
    [Fact]
    public async Task A_key_that_changed_in_between_leaves_the_old_checkpoints_good_and_an_unvouched_one_is_found()
    {
        await using var ledger = await Filled();
        await ledger.Part<LogKeys>().Rotate((await ledger.Head()).Origin, Never);
        await ledger.Fill(30);
        await ledger.Round();
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        Assert.Equal(2, (await ledger.Part<LogKeys>().Public(Never)).Count);
        Assert.True((await ledger.Part<Checkpoints>().Newest(Never))!.Cosigned > 0, "the witness takes a key that the old one vouches for");
        Assert.Empty(Findings(ledger.Segments, await Dump(ledger)));
        await ledger.Sql(ledger.Log, "UPDATE log_keys SET vouched = secret WHERE position = 2");
        Assert.NotEmpty(Findings(null, await Dump(ledger)));
    }

    // T12
    [Fact]
    public async Task A_tenant_whose_key_is_gone_cannot_be_read_and_is_still_proven()
    {
        await using var ledger = await Filled();
        await ledger.Sql(ledger.Log, $"DELETE FROM sealing_keys WHERE tenant = '{Ledger.Tenant}'");
        await ledger.Log.Reopen();
        await ledger.Restart();
        Assert.Empty(Findings(ledger.Segments, await Dump(ledger)));
        var page = (await ledger.As("admin", audit => audit.Search(new Contracts.Audit.SearchLog(Ledger.Tenant, Ledger.Patient, null, null, null, null, null, 10), Never))).Value!;
        Assert.Equal(10, page.Events.Count);
        Assert.All(page.Events, one => Assert.Equal((false, "", ""), (one.Readable, one.Subject, one.Actor)));
    }

    // The order of the published proof of concept against a log with a chain beside its tree: read entry 2, 3, 5, 2.
    [Fact]
    public async Task A_server_that_shows_two_contents_for_one_entry_is_caught_whichever_is_asked_first()
    {
        await using var ledger = await Filled(size: 30);
        var honest = await ledger.Part<LogStore>().Entries(0, long.MaxValue, 100, Never);
        var checkpoint = Platform.Transparency.Checkpoint.Parse((await ledger.Part<Checkpoints>().Newest(Never))!.Signed)!;
        // The server makes up another entry 2 and, as best it can, a tree over it that has the same entries 3 and 5.
        var forged = honest.Select(entry => entry.Seq == 2 ? entry with { Action = "nothing-happened" } : entry).ToList();
        var (one, two) = (new Tiles((_, _) => Task.FromResult<byte[]?>(null)), new Tiles((_, _) => Task.FromResult<byte[]?>(null)));
        await one.Append(0, [.. honest.Select(entry => Platform.Transparency.Rfc6962.Leaf(entry.Line()))]);
        await two.Append(0, [.. forged.Select(entry => Platform.Transparency.Rfc6962.Leaf(entry.Line()))]);
        var size = honest.Count;
        bool Shown(LogEntry entry, List<byte[]> proof) => Platform.Transparency.Rfc6962.Includes(entry.Seq, size, Platform.Transparency.Rfc6962.Leaf(entry.Line()), proof, checkpoint.Root);
        foreach (var seq in (int[])[2, 3, 5, 2])
        {
            Assert.True(Shown(honest[seq], await one.Inclusion(seq, size)));
            Assert.False(Shown(forged[2], await one.Inclusion(2, size)));
            Assert.False(Shown(forged[2], await two.Inclusion(2, size)));
            if (seq != 2) Assert.False(Shown(honest[seq], await two.Inclusion(seq, size))); // nor does the rest stand under the false tree
        }
        // A second tree under the log's own key gets no signature of the witness.
        Assert.False(Platform.Transparency.Rfc6962.IsConsistent(10, size, await one.Root(10), await two.Root(size), await two.Consistency(10, size)));
    }
}

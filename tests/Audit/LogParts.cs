using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FirstRing.Audit.Log;
using FirstRing.Audit.Places;
using FirstRing.Contracts;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using FirstRing.Tests.Harness;
using Microsoft.Extensions.Logging;
using Seen = FirstRing.Contracts.Witness.Witnessed;

namespace FirstRing.Tests.Audit;

/// <summary>The parts of the log one by one: when a key changes, a checkpoint is kept, a segment is due, a clock is out, a witness is not believed.</summary>
public sealed class LogParts : IDisposable
{
    static readonly CancellationToken Never = CancellationToken.None;
    static readonly TimeSpan Tick = TimeSpan.FromMicroseconds(1);

    readonly ConcurrentQueue<string> _said = [];
    readonly ILoggerFactory _logs;

    public LogParts() => _logs = LoggerFactory.Create(logging => logging.AddProvider(new Said(_said)));

    // Its rounds are made by hand and nobody else's.
    static async Task<Ledger> Still(Dialect dialect)
    {
        var ledger = await Ledger.Open(dialect);
        await ledger.Part<LogRounds>().StopAsync(Never);
        return ledger;
    }

    [Fact]
    public void An_entry_is_one_line_that_stays_as_it_is()
    {
        var entry = new LogEntry(7, 3, 2, "records", 9, "ten_1", "read-patient", "aa", "bb", -5, [1, 2]);
        Assert.Equal("""{"seq":7,"taken":3,"at":2,"store":"records","counter":9,"tenant":"ten_1","action":"read-patient","actor":"aa","patient":"bb","skew":-5,"body":"AQI="}""", Encoding.UTF8.GetString(entry.Line()));
        Assert.Equal("""{"seq":7,"taken":3,"at":2,"store":"records","counter":9,"tenant":"ten_1","action":"read-patient","actor":"aa","body":""}""",
            Encoding.UTF8.GetString((entry with { Patient = null, Skew = null, Body = [] }).Line()));
    }

    [Theory, BothDialects]
    public async Task A_key_signs_for_ninety_days_and_vouches_for_the_next(Dialect dialect)
    {
        await using var ledger = await Still(dialect);
        var (keys, origin) = (ledger.Part<LogKeys>(), (await ledger.Head()).Origin);
        Assert.Empty(await keys.Public(Never));
        async Task<SignedNote> Sign() => await keys.Sign("text\n", origin, Never);
        var first = NoteKey.Parse(((await Sign(), await keys.Public(Never)).Item2).Single().Key)!;
        ledger.Log.Clock.AdjustTime(TestStore.Start.AddDays(90));
        Assert.True((await Sign()).IsSignedBy([first]));
        Assert.Single(await keys.Public(Never));
        ledger.Log.Clock.AdjustTime(TestStore.Start.AddDays(90) + Tick);
        var note = await Sign();
        var both = await keys.Public(Never);
        Assert.Equal(first.ToString(), both[0].Key);
        Assert.Empty(both[0].Vouched);
        var second = NoteKey.Parse(both[1].Key)!;
        Assert.Equal((origin, origin), (first.Name, second.Name));
        Assert.True(note.IsSignedBy([second]));
        Assert.False(note.IsSignedBy([first]));
        Assert.True(first.Verifies(Encoding.UTF8.GetBytes($"firstring log key\n{second}\n"), both[1].Vouched));
        await keys.Rotate(origin, Never); // by hand, and at once
        var third = (await keys.Public(Never))[2];
        Assert.True(second.Verifies(LogKeys.Vow(third.Key), third.Vouched));
        Assert.False((await Sign()).IsSignedBy([first, second]));
        Assert.Equal([1L, 2L, 3L], await ledger.Log.Store.ReadList<long>("SELECT position FROM log_keys ORDER BY position", null, Never));
        Assert.Equal(["create-log-key", "rotate-log-key", "rotate-log-key"], await ledger.Log.Store.ReadList<string>("SELECT action FROM audit_outbox WHERE action LIKE '%log-key' ORDER BY counter", null, Never));
    }

    [Theory, BothDialects]
    public async Task Of_checkpoints_the_newest_stays_and_the_newest_that_a_witness_signed(Dialect dialect)
    {
        await using var ledger = await Still(dialect);
        var checkpoints = ledger.Part<Checkpoints>();
        Assert.False(await checkpoints.SignNewest(Never)); // an empty log
        await ledger.Fill(3);
        Assert.True(await checkpoints.SignNewest(Never));
        Assert.False(await checkpoints.SignNewest(Never)); // nothing new
        Assert.Null(await checkpoints.NewestCosigned(Never));
        var newest = (await checkpoints.Newest(Never))!;
        Assert.Equal((3, ledger.Log.Clock.Microseconds(), 0), (newest.Size, newest.At, newest.Cosigned));
        var head = await ledger.Head();
        Assert.Equal(new Checkpoint(head.Origin, 3, head.Root).ToString(), newest.Signed.Text);

        await checkpoints.Save(newest with { Cosigned = 1 }, Never);
        Assert.Equal((3, 1), ((await checkpoints.NewestCosigned(Never))!.Size, (await checkpoints.Newest(Never))!.Cosigned));
        async Task<string> Kept() => string.Join(' ', await ledger.Log.Store.ReadList<long>("SELECT size FROM log_checkpoints ORDER BY size", null, Never));
        foreach (var (size, cosigned, kept) in ((long, long, string)[])[(4, 0, "3 4"), (5, 0, "3 4 5"), (6, 2, "6"), (7, 0, "6 7"), (8, 3, "8")])
        {
            await checkpoints.Save(newest with { Size = size, Cosigned = cosigned }, Never);
            Assert.Equal(kept, await Kept());
        }
        Assert.Equal("first", await checkpoints.Witness("first", Never));
        ledger.Log.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("first", await checkpoints.Witness("another", Never)); // nobody stands in for the first that was met
    }

    [Fact]
    public async Task A_segment_is_due_a_little_before_its_minute_and_says_what_is_in_it()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        await ledger.Round();
        var segments = ledger.Part<Segments>();
        Assert.Equal(0, await segments.Exported(Never));
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(55) - Tick);
        Assert.False(await segments.WriteDue(Never));
        ledger.Log.Clock.Advance(Tick);
        Assert.True(await segments.WriteDue(Never));
        Assert.Equal(3, await segments.Exported(Never));
        Assert.False(await segments.WriteDue(Never)); // there is nothing left
        var file = Assert.Single(Directory.GetFiles(ledger.Segments));
        Assert.Equal("000000000000-000000000003.jsonl", Path.GetFileName(file));
        var lines = await File.ReadAllLinesAsync(file);
        var entries = await ledger.Part<LogStore>().Entries(0, 10, 10, Never);
        Assert.Equal(entries.Select(entry => Encoding.UTF8.GetString(entry.Line())), lines[..3]);
        var trailer = JsonDocument.Parse(Assert.Single(lines[3..])).RootElement;
        Assert.Equal((0, 3), (trailer.GetProperty("first").GetInt64(), trailer.GetProperty("next").GetInt64()));
        Assert.Equal((await ledger.Head()).Root, trailer.GetProperty("root").GetBytesFromBase64());
        Assert.Equal(entries.SelectMany(entry => Rfc6962.Leaf(entry.Line())), trailer.GetProperty("leaves").GetBytesFromBase64());
        var checkpoint = (await ledger.Part<Checkpoints>().NewestCosigned(Never))!;
        Assert.Equal(checkpoint.Note, trailer.GetProperty("checkpoint").GetString());
        Assert.NotNull(checkpoint.Signed.SeenBy(NoteKey.Parse(trailer.GetProperty("witness").GetString()!)!));
        var key = Assert.Single(trailer.GetProperty("keys").EnumerateArray());
        Assert.True(checkpoint.Signed.IsSignedBy([NoteKey.Parse(key.GetProperty("key").GetString()!)!]));
        Assert.Equal("", key.GetProperty("vouched").GetString());
    }

    [Fact]
    public async Task A_segment_that_no_witness_signs_is_said_to_wait_after_two_minutes()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        var segments = new Segments(ledger.Part<LogStore>(), ledger.Part<LogKeys>(), ledger.Part<Checkpoints>(), new FolderPlace(ledger.Segments), _logs.CreateLogger<Segments>());
        await ledger.Part<Checkpoints>().SignNewest(Never);
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.False(await segments.WriteDue(Never));
        Assert.Empty(_said);
        ledger.Log.Clock.Advance(Tick);
        Assert.False(await segments.WriteDue(Never));
        Assert.Equal("No segment of the audit log is written from entry 0 on: the checkpoint lacks the witness's signature", Assert.Single(_said));
        await ledger.Round();
        Assert.Equal(3, await segments.Exported(Never));
        await ledger.Fill(2);
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await segments.WriteDue(Never)); // the signature reaches to the entry before
        Assert.Single(Directory.GetFiles(ledger.Segments));
    }

    [Fact]
    public async Task What_the_tree_does_not_vouch_for_does_not_leave()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(5);
        await ledger.Round();
        await ledger.Sql(ledger.Log, "CREATE TABLE kept AS SELECT * FROM log_entries");
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var (change, seq) in ((string, long)[])
            [("DELETE FROM log_entries WHERE seq = 2", 2), ("DELETE FROM log_entries WHERE seq = 0", 0), ("DELETE FROM log_entries WHERE seq = 4", 4), ("UPDATE log_entries SET action = 'nothing' WHERE seq = 3", 3),
            ("UPDATE log_entries SET seq = -1 WHERE seq = 1; UPDATE log_entries SET seq = 1 WHERE seq = 2; UPDATE log_entries SET seq = 2 WHERE seq = -1", 1)])
        {
            foreach (var statement in change.Split(';')) await ledger.Sql(ledger.Log, statement);
            Assert.Equal((change, seq), (change, (await Assert.ThrowsAsync<BrokenLogException>(() => ledger.Part<Segments>().WriteDue(Never))).Seq));
            Assert.False(Directory.Exists(ledger.Segments));
            await ledger.Sql(ledger.Log, "DELETE FROM log_entries");
            await ledger.Sql(ledger.Log, "INSERT INTO log_entries SELECT * FROM kept");
        }
        Assert.True(await ledger.Part<Segments>().WriteDue(Never));
    }

    [Fact]
    public async Task What_somebody_else_put_under_a_segments_name_is_not_taken_for_it()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(5);
        await ledger.Round();
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(1));
        var segments = ledger.Part<Segments>();
        Assert.True(await segments.WriteDue(Never));
        var file = Assert.Single(Directory.GetFiles(ledger.Segments));
        var text = await File.ReadAllTextAsync(file);
        var second = text.IndexOf('\n', StringComparison.Ordinal) + 1;
        foreach (var (name, content, seq) in ((string, string, long)[])
            [("000000000000-000000000005.jsonl", text.Replace("\"records\"", "\"another\"", StringComparison.Ordinal), 0), ("000000000000-000000000005.jsonl", text[..10], 0),
            ("000000000000-000000000005.jsonl", text[..second] + text[second..].Replace("\"records\"", "\"another\"", StringComparison.Ordinal), 1), ("000000000000-000000000005.jsonl", text[..second], 1),
            ("000000000000-000000000009.jsonl", text, 0)]) // which says to reach farther than the log
        {
            await ledger.Sql(ledger.Log, "DELETE FROM log_segments");
            File.Delete(file);
            await File.WriteAllTextAsync(Path.Combine(ledger.Segments, name), content);
            Assert.Equal((name, seq), (name, (await Assert.ThrowsAsync<BrokenLogException>(() => segments.WriteDue(Never))).Seq));
            Assert.Equal(0, await segments.Exported(Never));
            // Put back as it was, it is taken as written.
            File.Delete(Path.Combine(ledger.Segments, name));
            await File.WriteAllTextAsync(file, text);
            Assert.True(await segments.WriteDue(Never));
            Assert.Equal(5, await segments.Exported(Never));
            Assert.Equal(text, await File.ReadAllTextAsync(file));
        }
    }

    [Fact]
    public async Task A_clock_is_out_by_more_than_two_seconds_behind_its_own_or_ahead_of_the_log()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        using var sequencer = new Sequencer(ledger.Part<LogStore>(), new LogTrust(), _logs.CreateLogger<Sequencer>());
        var (now, two) = (ledger.Log.Clock.Microseconds(), 2_000_000L);
        var (counter, mac) = (0L, AuditChain.Genesis);
        async Task<long?> Take(params long[] at)
        {
            var rows = at.Select(one => new AuditBatchRow(new AuditEntry(Ledger.Tenant.ToString(), one, "records", "stf_1", "clinician", "read-patient", "row", "ok"), RandomNumberGenerator.GetBytes(32))).ToList();
            Assert.Equal(new AuditTaken(counter + rows.Count), await sequencer.Append(new AuditBatch("records", counter + 1, mac, rows), Never));
            (counter, mac) = (counter + rows.Count, rows[^1].Mac);
            return (await ledger.Part<LogStore>().Entries(counter - 1, counter, 1, Never))[0].Skew;
        }
        Assert.Null(await Take(now));
        Assert.Null(await Take(now + two)); // just so
        Assert.Equal(two + 1, await Take(now + two + 1));
        Assert.Null(await Take(now + 1)); // two seconds behind the one before it
        Assert.Equal("The clock of records was out by more than two seconds in 1 audit rows", Assert.Single(_said));
        Assert.Equal(-two - 1, await Take(now, now - two - 1));
        Assert.Equal(2, _said.Count);
        ledger.Log.Clock.Advance(TimeSpan.FromDays(3));
        Assert.Null(await Take(now)); // what merely comes late is not out of time
    }

    [Fact]
    public async Task A_log_in_doubt_takes_nothing_and_has_nothing_signed()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(2);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        ledger.Part<LogTrust>().Doubt = "forked";
        await ledger.Access(1);
        Assert.Equal(0, await ledger.Relay().Deliver(Never));
        Assert.False(await ledger.Part<Witnessing>().CosignNewest(Never));
        Assert.Equal(2, (await ledger.Head()).Size);
        ledger.Part<LogTrust>().Doubt = null;
        Assert.True(await ledger.Part<Witnessing>().CosignNewest(Never));
    }

    sealed class OneWitness(Func<GetWitnessed, Answer<Seen>> known, Func<Cosign, Answer<Cosigned>> sign) : IWitnessClient
    {
        public Task<Answer<Seen>> GetWitnessed(GetWitnessed request, CancellationToken stop) => Task.FromResult(known(request));
        public Task<Answer<Cosigned>> Cosign(Cosign request, CancellationToken stop) => Task.FromResult(sign(request));
    }

    Witnessing By(Ledger ledger, LogTrust trust, Func<Cosign, Answer<Cosigned>> sign, Func<GetWitnessed, Answer<Seen>>? known = null) =>
        new(ledger.Part<LogStore>(), ledger.Part<LogKeys>(), ledger.Part<Checkpoints>(), trust, () => new OneWitness(known ?? (_ => No("unknown-log")), sign), _logs.CreateLogger<Witnessing>());

    static Refusal No(string code) => new(code, "No.", 409);

    const string NotSigned = "The witness does not sign the audit log's checkpoints";

    [Fact]
    public async Task A_witness_that_does_not_sign_is_said_once_a_minute_and_is_no_reason_for_doubt()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(2);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        var trust = new LogTrust();
        var witnessing = By(ledger, trust, _ => No("not-signed"));
        Assert.False(await witnessing.CosignNewest(Never));
        Assert.Equal([NotSigned], _said);
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(await witnessing.CosignNewest(Never));
        Assert.Single(_said);
        ledger.Log.Clock.Advance(Tick);
        Assert.False(await witnessing.CosignNewest(Never));
        Assert.Equal([NotSigned, NotSigned], _said);
        Assert.Null(trust.Doubt);
        Assert.Equal(0, (await ledger.Part<Checkpoints>().Newest(Never))!.Cosigned);
    }

    [Fact]
    public async Task A_witness_that_saw_something_else_ends_the_logs_belief_in_itself()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(2);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        foreach (var (code, doubt) in ((string, string)[])[("forked", "forked"), ("smaller", "behind-witness")])
        {
            var trust = new LogTrust();
            Assert.False(await By(ledger, trust, _ => No(code)).CosignNewest(Never));
            Assert.Equal(doubt, trust.Doubt);
        }
        Assert.Equal(2, _said.Count(line => line.Contains("is not the one its witness knows, from entry 0 on", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Only_the_witness_that_was_met_first_signs_and_only_what_it_was_shown()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(2);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        using var secret = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (key, stranger, trust) = (new NoteKey("w", secret.ExportSubjectPublicKeyInfo()), new NoteKey("w", other.ExportSubjectPublicKeyInfo()), new LogTrust());
        Answer<Cosigned> Line(Cosign ask, NoteKey by, ECDsa with, NoteKey said) => new Cosigned(Cosignature.Sign(SignedNote.Parse(ask.Note)!, 5, by, with).ToString(), said.ToString());
        foreach (var wrong in (Func<Cosign, Answer<Cosigned>>[])
            [ask => Line(ask, key, other, key), ask => Line(ask, key, secret, stranger), _ => new Cosigned("no line", key.ToString()), ask => new Cosigned(((Cosigned)Line(ask, key, secret, key).Value!).Line, "no key"),
            ask => new Cosigned(Cosignature.Sign(new SignedNote("log\n9\nroot\n", []), 5, key, secret).ToString(), key.ToString())])
            Assert.False(await By(ledger, trust, wrong).CosignNewest(Never));
        Assert.True(await By(ledger, trust, ask => Line(ask, key, secret, key)).CosignNewest(Never));
        Assert.False(await By(ledger, trust, ask => Line(ask, key, secret, key)).CosignNewest(Never)); // it is signed
        var signed = (await ledger.Part<Checkpoints>().NewestCosigned(Never))!;
        Assert.Equal((2, ledger.Log.Clock.Microseconds(), 5), (signed.Size, signed.Cosigned, signed.Signed.SeenBy(key)));

        await ledger.Fill(1);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        Assert.False(await By(ledger, trust, ask => Line(ask, stranger, other, stranger)).CosignNewest(Never));
        Assert.True(await By(ledger, trust, ask =>
        {
            Assert.Equal(2, ask.OldSize);
            var (before, after) = (Checkpoint.Parse(signed.Signed)!, Checkpoint.Parse(SignedNote.Parse(ask.Note)!)!);
            Assert.True(Rfc6962.IsConsistent(2, 3, before.Root, after.Root, ask.Proof));
            Assert.Single(ask.Keys);
            return Line(ask, key, secret, key);
        }).CosignNewest(Never));
        Assert.Null(trust.Doubt);
    }

    [Fact]
    public async Task What_the_witness_remembers_is_what_the_log_must_have()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        foreach (var (size, another, doubt, from) in ((long, bool, string?, long)[])
            [(1, false, null, 0), (3, false, null, 0), (1, true, "forked", 1), (3, true, "forked", 3), (4, false, "behind-witness", 3)])
        {
            var (trust, asked) = (new LogTrust(), "");
            var root = size > 3 || another ? new byte[32] : await ledger.Part<LogStore>().WithTiles(tiles => tiles.Root(size), Never);
            Assert.True(await By(ledger, trust, _ => No("no-answer"), request =>
            {
                asked = request.Origin;
                return new Seen(size, root, "", "");
            }).Compare(Never));
            Assert.Equal((await ledger.Head()).Origin, asked);
            Assert.Equal(doubt, trust.Doubt);
            Assert.Equal(doubt is not null, _said.TryDequeue(out var said));
            if (said is not null) Assert.Contains($"from entry {from} on", said, StringComparison.Ordinal);
        }
        Assert.True(await By(ledger, new LogTrust(), _ => No("no-answer")).Compare(Never)); // it has seen nothing yet
        Assert.Empty(_said);
    }

    [Fact]
    public async Task A_witness_that_is_at_another_size_is_asked_where_and_shown_the_way_from_there()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        using var secret = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new NoteKey("w", secret.ExportSubjectPublicKeyInfo());
        foreach (var (size, isSigned, doubt) in ((long, bool, string?)[])[(4, false, "behind-witness"), (0, true, null), (1, true, null)])
        {
            await ledger.Sql(ledger.Log, "UPDATE log_checkpoints SET cosigned = 0");
            var (trust, asked) = (new LogTrust(), new List<long>());
            var root = size > 3 ? new byte[32] : await ledger.Part<LogStore>().WithTiles(tiles => tiles.Root(size), Never);
            Assert.Equal(isSigned, await By(ledger, trust, ask =>
            {
                asked.Add(ask.OldSize);
                return asked.Count == 1 ? No("size-differs") : new Cosigned(Cosignature.Sign(SignedNote.Parse(ask.Note)!, 5, key, secret).ToString(), key.ToString());
            }, _ => new Seen(size, root, "", "")).CosignNewest(Never));
            Assert.Equal(isSigned ? [0, size] : [0], asked);
            Assert.Equal(doubt, trust.Doubt);
        }
        // Another node was quicker: the log has grown beyond this checkpoint, and so has what was signed.
        await ledger.Sql(ledger.Log, "UPDATE log_checkpoints SET cosigned = 0");
        await ledger.Fill(1);
        var grown = await ledger.Part<LogStore>().WithTiles(tiles => tiles.Root(4), Never);
        var (quiet, times) = (new LogTrust(), 0);
        Assert.False(await By(ledger, quiet, _ => { times++; return No("size-differs"); }, _ => new Seen(4, grown, "", "")).CosignNewest(Never));
        Assert.Equal(1, times);
        Assert.Null(quiet.Doubt);
    }

    [Fact]
    public async Task A_witness_that_is_never_at_the_size_that_it_says_is_given_up_after_three_times()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        await ledger.Part<Checkpoints>().SignNewest(Never);
        var (trust, asked) = (new LogTrust(), 0);
        var root = await ledger.Part<LogStore>().WithTiles(tiles => tiles.Root(1), Never);
        Assert.False(await By(ledger, trust, _ => { asked++; return No("size-differs"); }, _ => new Seen(1, root, "", "")).CosignNewest(Never));
        Assert.Equal(3, asked);
        Assert.False(await By(ledger, trust, _ => No("size-differs")).CosignNewest(Never)); // and one that does not know the log at all
        Assert.Equal([NotSigned], _said);
        Assert.Null(trust.Doubt);
    }

    [Fact]
    public async Task A_step_that_fails_is_said_and_holds_up_no_other()
    {
        await using var ledger = await Still(Dialect.Sqlite);
        await ledger.Fill(3);
        await ledger.Round();
        ledger.Log.Clock.Advance(TimeSpan.FromMinutes(1));
        await ledger.Fill(1);
        var witnessing = By(ledger, new LogTrust(), _ => throw new HttpRequestException("of somebody"));
        using var rounds = new LogRounds(ledger.Part<LogStore>(), ledger.Part<Checkpoints>(), witnessing, ledger.Part<Segments>(), _logs.CreateLogger<LogRounds>());
        await rounds.Round(Never);
        Assert.Equal("The audit log's step witness failed and will be tried again: HttpRequestException", Assert.Single(_said));
        Assert.Equal((4, 3), ((await ledger.Part<Checkpoints>().Newest(Never))!.Size, await ledger.Part<Segments>().Exported(Never)));
    }

    public void Dispose() => _logs.Dispose();

    sealed class Said(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => lines.Enqueue(formatter(state, exception));
        public void Dispose() { }
    }
}

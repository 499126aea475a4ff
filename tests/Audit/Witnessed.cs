using System.Security.Cryptography;
using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Audit;

public sealed class Witnessed
{
    static readonly CancellationToken Never = CancellationToken.None;

    /// <summary>A log of its own, with a key and leaves that a test makes up.</summary>
    sealed class OtherLog : IDisposable
    {
        readonly ECDsa _secret = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        public NoteKey Key { get; }
        public Tiles Tiles { get; } = new((_, _) => Task.FromResult<byte[]?>(null));
        public OtherLog() => Key = new NoteKey("other", _secret.ExportSubjectPublicKeyInfo());
        public long Size { get; private set; }

        public async Task<OtherLog> Grow(int count, int face = 0)
        {
            await Tiles.Append(Size, [.. Enumerable.Range((int)Size, count).Select(number => Rfc6962.Leaf(BitConverter.GetBytes(number + face)))]);
            Size += count;
            return this;
        }

        public async Task<Cosign> Ask(long size, long oldSize) => new(SignedNote.Sign(new Checkpoint("other", size, await Tiles.Root(size)).ToString(), Key, _secret).ToString(), oldSize,
            await Tiles.Consistency(oldSize, size), [new LogKey(Key.ToString(), [])]);

        public OtherLog WithKeyOf(OtherLog first) => new(first);
        OtherLog(OtherLog first) => (_secret, Key) = (ECDsa.Create(first._secret.ExportParameters(true)), first.Key);
        public void Dispose() => _secret.Dispose();
    }

    static async Task<string> Answer(Ledger ledger, Cosign ask)
    {
        var answer = await ledger.Host.Client<IWitnessClient>("witness", "audit").Cosign(ask, Never);
        if (answer.Value is not { } cosigned) return answer.Refused!.Code;
        Assert.NotNull(SignedNote.Parse(ask.Note)!.With(NoteSignature.Parse(cosigned.Line)!).SeenBy(NoteKey.Parse(cosigned.Key)!));
        return "signed";
    }

    [Theory, BothDialects]
    public async Task A_witness_signs_what_grows_and_nothing_smaller_or_forked(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite, witnessed: dialect);
        using var log = await new OtherLog().Grow(40);
        Assert.Equal("signed", await Answer(ledger, await log.Ask(10, 0)));
        Assert.Equal("signed", await Answer(ledger, await log.Ask(10, 10)));
        Assert.Equal("size-differs", await Answer(ledger, await log.Ask(20, 0)));
        Assert.Equal("signed", await Answer(ledger, await log.Ask(20, 10)));
        Assert.Equal("smaller", await Answer(ledger, await log.Ask(15, 10)));

        // The same log with another face from entry 12 on, under its own key.
        using var fork = await log.WithKeyOf(log).Grow(12);
        await fork.Grow(30, face: 1);
        Assert.Equal("forked", await Answer(ledger, await fork.Ask(20, 20)));
        Assert.Equal("forked", await Answer(ledger, await fork.Ask(30, 20)));
        Assert.Equal(2, await ledger.Witness.Store.ReadOne<long>("SELECT COUNT(*) FROM witness_forks WHERE known <> '' AND shown <> ''", null, Never));
        Assert.Equal("signed", await Answer(ledger, await log.Ask(40, 20)));

        // A stranger's key, and a proof that is none.
        using var stranger = await new OtherLog().Grow(50);
        Assert.Equal("not-signed", await Answer(ledger, await stranger.Ask(50, 40)));
        await log.Grow(10);
        var ask = await log.Ask(50, 40);
        Assert.Equal("forked", await Answer(ledger, ask with { Proof = [.. ask.Proof.Skip(1)] }));
        Assert.Equal("signed", await Answer(ledger, ask));
    }

    [Theory, BothDialects]
    public async Task A_signature_is_remembered_over_a_restart(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite, witnessed: dialect);
        using var log = await new OtherLog().Grow(40);
        Assert.Equal("signed", await Answer(ledger, await log.Ask(30, 0)));
        await ledger.Restart();
        Assert.Equal("smaller", await Answer(ledger, await log.Ask(10, 0)));
        Assert.Equal(30, (await ledger.Host.Client<IWitnessClient>("witness", "audit").GetWitnessed(new GetWitnessed("other"), Never)).Value!.Size);
    }

    [Theory, BothDialects]
    public async Task A_log_put_back_to_an_older_state_takes_nothing_any_more(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Fill(20);
        await ledger.Round();
        string[] tables = ["log_entries", "log_tiles", "log_sources", "log_checkpoints", "log_head"];
        foreach (var table in tables) await ledger.Sql(ledger.Log, $"CREATE TABLE kept_{table} AS SELECT * FROM {table}");
        await ledger.Fill(20);
        await ledger.Round();
        foreach (var table in tables) await ledger.Sql(ledger.Log, $"DELETE FROM {table}");
        foreach (var table in tables) await ledger.Sql(ledger.Log, $"INSERT INTO {table} SELECT * FROM kept_{table}");
        await ledger.Restart();
        await Harness.Running.Eventually.True("the log doubts itself", () =>
        {
            ledger.Log.Clock.Advance(TimeSpan.FromSeconds(1)); // a witness that is not up yet at the start is asked again
            return Task.FromResult(ledger.Part<LogTrust>().Doubt == "behind-witness");
        });
        Assert.Equal(0, await ledger.Relay().Deliver(Never));
        Assert.Equal(20, (await ledger.Head()).Size);
    }

    [Theory, BothDialects]
    public async Task Nothing_is_exported_that_no_witness_signed(Dialect dialect)
    {
        await using var ledger = await Ledger.Open(dialect);
        await ledger.Sql(ledger.Witness, "ALTER TABLE witness_logs RENAME TO away");
        await ledger.Fill(30);
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(90));
        await ledger.Round();
        Assert.False(Directory.Exists(ledger.Segments));
        Assert.Equal(30, (await ledger.Head()).Size); // and yet everything is taken
        await ledger.Sql(ledger.Witness, "ALTER TABLE away RENAME TO witness_logs");
        await ledger.Round();
        Assert.Single(Directory.GetFiles(ledger.Segments));
    }

    [Fact]
    public async Task A_segment_is_written_once_and_for_reading_only()
    {
        await using var ledger = await Ledger.Open(Dialect.Sqlite);
        await ledger.Fill(30);
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        var file = Assert.Single(Directory.GetFiles(ledger.Segments));
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(file));
        var before = await File.ReadAllBytesAsync(file);
        // Its line in the store is lost, and more has come since: what lies in the folder stands.
        await ledger.Sql(ledger.Log, "DELETE FROM log_segments");
        await ledger.Fill(10);
        ledger.Log.Clock.Advance(TimeSpan.FromSeconds(60));
        await ledger.Round();
        Assert.Equal(before, await File.ReadAllBytesAsync(file));
        Assert.Equal(2, Directory.GetFiles(ledger.Segments).Length);
    }
}

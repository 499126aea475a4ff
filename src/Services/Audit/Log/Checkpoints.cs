using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;

namespace FirstRing.Audit.Log;

/// <summary>A checkpoint as kept. <paramref name="Cosigned"/>: when a witness signed it, UTC microseconds; 0 while none has.</summary>
internal sealed record KeptCheckpoint(long Size, long At, string Note, long Cosigned)
{
    public SignedNote Signed => SignedNote.Parse(Note)!;
}

/// <summary>Signs what the log has become. Only the newest checkpoint is kept, and the newest that a witness signed.</summary>
internal sealed class Checkpoints(LogStore log, LogKeys keys)
{
    const string Columns = "size AS Size, at AS At, note AS Note, cosigned AS Cosigned";

    public Task<KeptCheckpoint?> Newest(CancellationToken stop) => log.Commit(Newest, stop);
    public static Task<KeptCheckpoint?> Newest(Transaction transaction) => transaction.One<KeptCheckpoint>($"SELECT {Columns} FROM log_checkpoints ORDER BY size DESC LIMIT 1");

    public Task<KeptCheckpoint?> NewestCosigned(CancellationToken stop) =>
        log.Commit(transaction => transaction.One<KeptCheckpoint>($"SELECT {Columns} FROM log_checkpoints WHERE cosigned > 0 ORDER BY size DESC LIMIT 1"), stop);

    /// <summary>The witness's key: the first that was ever met, so that nobody else can stand in for it.</summary>
    public Task<string> Witness(string met, CancellationToken stop) => log.Commit(async transaction =>
    {
        if (await Witness(transaction) is { } known) return known;
        await transaction.Execute("INSERT INTO log_witnesses (key, at) VALUES (@met, @Now)", new { met, transaction.Now });
        return met;
    }, stop);

    public static Task<string?> Witness(Transaction transaction) => transaction.One<string>("SELECT key FROM log_witnesses ORDER BY at, key LIMIT 1");

    /// <summary>Signs the log's size and root, unless that was done. False where there was nothing new.</summary>
    public async Task<bool> SignNewest(CancellationToken stop)
    {
        var head = await log.Head(stop);
        if (head.Size == 0 || (await Newest(stop))?.Size >= head.Size) return false;
        var note = await keys.Sign(new Checkpoint(head.Origin, head.Size, head.Root).ToString(), head.Origin, stop);
        await Save(new KeptCheckpoint(head.Size, 0, note.ToString(), 0), stop);
        return true;
    }

    public Task Save(KeptCheckpoint checkpoint, CancellationToken stop) => log.Commit(async transaction =>
    {
        await transaction.Execute(
            """
            INSERT INTO log_checkpoints (size, at, note, cosigned) VALUES (@Size, @Now, @Note, @Cosigned)
            ON CONFLICT (size) DO UPDATE SET note = excluded.note, cosigned = excluded.cosigned
            """, new { checkpoint.Size, transaction.Now, checkpoint.Note, checkpoint.Cosigned });
        await transaction.Execute(
            """
            DELETE FROM log_checkpoints WHERE size < (SELECT MAX(size) FROM log_checkpoints)
              AND size < COALESCE((SELECT MAX(size) FROM log_checkpoints WHERE cosigned > 0), 0)
            """);
        return 0;
    }, stop);
}

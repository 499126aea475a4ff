using FirstRing.Contracts.Witness;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Transparency;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Log;

/// <summary>
/// Has each checkpoint signed by the witness. What the witness has seen and this log has not is how a log that was put back to an older state, or that shows two
/// faces, is found out: from then on it takes nothing.
/// </summary>
internal sealed partial class Witnessing(LogStore log, LogKeys keys, Checkpoints checkpoints, LogTrust trust, Func<IWitnessClient> witness, ILogger<Witnessing> logger)
{
    const int MostRounds = 3;
    static readonly long Alarm = (long)TimeSpan.FromMinutes(1).TotalMicroseconds;
    long _alarmedAt;

    /// <summary>Compares the log with what the witness remembers. True where it answered.</summary>
    public async Task<bool> Compare(CancellationToken stop)
    {
        var head = await log.Head(stop);
        var answer = await witness().GetWitnessed(new GetWitnessed(head.Origin), stop);
        if (answer.Value is not { } seen) return true; // it has seen nothing yet
        await Judge(head, seen, stop);
        return true;
    }

    /// <summary>Has the newest checkpoint signed. False where there was none to sign, or it was refused.</summary>
    public async Task<bool> CosignNewest(CancellationToken stop)
    {
        if (trust.Doubt is not null || await checkpoints.Newest(stop) is not { Cosigned: 0 } newest) return false;
        var oldSize = (await checkpoints.NewestCosigned(stop))?.Size ?? 0;
        for (var round = 0; round < MostRounds; round++)
        {
            var proof = oldSize <= newest.Size ? await log.WithTiles(tiles => tiles.Consistency(oldSize, newest.Size), stop) : [];
            var answer = await witness().Cosign(new Cosign(newest.Note, oldSize, proof, await keys.Public(stop)), stop);
            if (answer.Value is { } cosigned && NoteKey.Parse(cosigned.Key) is { } key && NoteSignature.Parse(cosigned.Line) is { } line)
            {
                var note = newest.Signed.With(line);
                if (note.SeenBy(key) is null || await checkpoints.Witness(key.ToString(), stop) != key.ToString()) return Refused("not-signed");
                await checkpoints.Save(newest with { Note = note.ToString(), Cosigned = log.Clock.Microseconds() }, stop);
                return true;
            }
            if (answer.Refused?.Code is not "size-differs") return Refused(answer.Refused?.Code ?? "no-answer");
            var head = await log.Head(stop);
            if ((await witness().GetWitnessed(new GetWitnessed(head.Origin), stop)).Value is not { } seen) return Refused("unknown-log");
            if (!await Judge(head, seen, stop)) return false;
            if (seen.Size > newest.Size) return false; // another node was quicker; the next round signs a later one
            oldSize = seen.Size;
        }
        return false;
    }

    async Task<bool> Judge(LogHead head, Witnessed seen, CancellationToken stop)
    {
        if (seen.Size > head.Size) return Doubt("behind-witness", head.Size);
        var root = await log.WithTiles(tiles => tiles.Root(seen.Size), stop);
        return root.AsSpan().SequenceEqual(seen.Root) || Doubt("forked", seen.Size);
    }

    bool Refused(string code)
    {
        if (code is "forked" or "smaller") return Doubt(code == "forked" ? "forked" : "behind-witness", 0);
        var now = log.Clock.Microseconds();
        if (now - _alarmedAt > Alarm)
        {
            _alarmedAt = now;
            LogNotCosigned();
        }
        return false;
    }

    bool Doubt(string why, long seq)
    {
        if (trust.Doubt is null) LogDoubt(seq);
        trust.Doubt = why;
        return false;
    }

    [LoggerMessage(1, LogLevel.Critical, "The audit log is not the one its witness knows, from entry {Seq} on: it was put back to an older state, or altered. Nothing is taken any more; see docs/security/audit.md")]
    partial void LogDoubt(long seq);

    [LoggerMessage(2, LogLevel.Error, "The witness does not sign the audit log's checkpoints")]
    partial void LogNotCosigned();
}

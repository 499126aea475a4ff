using FirstRing.Contracts;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using FirstRing.Platform.Transparency;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Witness;

/// <summary>Signs a checkpoint if the log only grew; what it signed is on disk before the signature leaves.</summary>
internal sealed partial class CosignCheckpoint(WitnessStore store, ILogger<CosignCheckpoint> logger)
{
    static readonly Refusal NotSigned = new("not-signed", "No known key of the log has signed this checkpoint.", 422);
    static readonly Refusal SizeDiffers = new("size-differs", "The witness last signed another size.", 409);
    static readonly Refusal Smaller = new("smaller", "The witness has signed a larger tree of this log.", 409);
    static readonly Refusal Forked = new("forked", "This tree does not grow out of the one that the witness signed.", 409);

    public static void Map(ContractRoutes routes) => routes.Verb<Cosign, Answer<Cosigned>>("cosign", Access.By("audit").ForItself(),
        (request, _, services, stop) => services.GetRequiredService<CosignCheckpoint>().Handle(request, stop));

    public async Task<Answer<Cosigned>> Handle(Cosign request, CancellationToken stop)
    {
        if (SignedNote.Parse(request.Note) is not { } note || Checkpoint.Parse(note) is not { } checkpoint) return NotSigned;
        var answer = await store.Commit<Answer<Cosigned>>(async transaction =>
        {
            var seen = await WitnessStore.Hold(transaction, checkpoint.Origin);
            if (!note.IsSignedBy(await WitnessStore.Keys(transaction, checkpoint.Origin, request.Keys))) return NotSigned;
            if (await Judge(transaction, checkpoint, note, seen, request) is { } why) return why;
            var (key, secret) = await WitnessStore.Signer(transaction);
            using (secret)
            {
                await WitnessStore.Remember(transaction, checkpoint, note.ToString());
                return new Cosigned(Cosignature.Sign(note, Instant.At(transaction.Now).ToUnixTimeSeconds(), key, secret).ToString(), key.ToString());
            }
        }, stop);
        if (answer.Refused == Forked) LogFork(checkpoint.Size);
        return answer;
    }

    static async Task<Refusal?> Judge(Transaction transaction, Checkpoint checkpoint, SignedNote note, SeenLog? seen, Cosign request)
    {
        var (size, root) = seen is null ? (0, Rfc6962.EmptyRoot) : (seen.Size, seen.Root);
        if (checkpoint.Size < size) return Smaller;
        // Of one size there is one tree: another is a fork, whatever else was sent.
        var fork = checkpoint.Size == size && !checkpoint.Root.AsSpan().SequenceEqual(root);
        if (!fork && request.OldSize != size) return SizeDiffers;
        if (!fork && Rfc6962.IsConsistent(size, checkpoint.Size, root, checkpoint.Root, request.Proof)) return null;
        await WitnessStore.KeepFork(transaction, checkpoint.Origin, seen?.Note ?? "", note.ToString());
        return Forked;
    }

    [LoggerMessage(1, LogLevel.Critical, "The audit log showed a tree of {Size} entries that does not grow out of the one the witness signed; both are kept")]
    partial void LogFork(long size);
}

/// <summary>What the witness remembers of a log.</summary>
internal static class GetWitnessedLog
{
    static readonly Refusal UnknownLog = new("unknown-log", "The witness has never signed anything of this log.", 404);

    public static void Map(ContractRoutes routes) => routes.Verb<GetWitnessed, Answer<Witnessed>>("get-witnessed", Access.By("audit").ForItself(), Handle);

    static Task<Answer<Witnessed>> Handle(GetWitnessed request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        services.GetRequiredService<WitnessStore>().Commit<Answer<Witnessed>>(async transaction =>
        {
            if (await WitnessStore.Hold(transaction, request.Origin) is not { } seen) return UnknownLog;
            var (key, secret) = await WitnessStore.Signer(transaction);
            secret.Dispose();
            return new Witnessed(seen.Size, seen.Root, seen.Note, key.ToString());
        }, stop);
}

using Refit;

namespace FirstRing.Contracts.Witness;

/// <summary>
/// An independent memory of how far a log had grown. It signs what only ever grows out of what it signed before; a log that shows something else has two faces or
/// has lost its end.
/// </summary>
public interface IWitnessClient
{
    /// <summary>The last checkpoint of a log that it signed. Refused: <c>unknown-log</c>.</summary>
    [Post("/contract/witness/get-witnessed")] Task<Answer<Witnessed>> GetWitnessed([Body] GetWitnessed request, CancellationToken stop);

    /// <summary>Signs a checkpoint that grows out of the last one. Refused: <c>not-signed</c> (by no key of the log that is known here or vouched for),
    /// <c>size-differs</c> (<see cref="Cosign.OldSize"/> is not the last size; ask for it), <c>smaller</c>, <c>forked</c> (kept as evidence).</summary>
    [Post("/contract/witness/cosign")] Task<Answer<Cosigned>> Cosign([Body] Cosign request, CancellationToken stop);
}

public sealed record GetWitnessed(string Origin);

/// <summary><paramref name="Note"/> is the signed checkpoint, <paramref name="Key"/> the witness's public key; both as C2SP signed-note writes them.</summary>
public sealed record Witnessed(long Size, byte[] Root, string Note, string Key);

/// <summary>A key of the log. <paramref name="Vouched"/>: the signature of the key before it over its text; empty for the first.</summary>
public sealed record LogKey(string Key, byte[] Vouched);

/// <summary><paramref name="Proof"/>: that the tree of the checkpoint begins with the tree of <paramref name="OldSize"/>.</summary>
public sealed record Cosign(string Note, long OldSize, IReadOnlyList<byte[]> Proof, IReadOnlyList<LogKey> Keys);

/// <summary><paramref name="Line"/> is the cosignature, <paramref name="Key"/> the witness's public key.</summary>
public sealed record Cosigned(string Line, string Key);

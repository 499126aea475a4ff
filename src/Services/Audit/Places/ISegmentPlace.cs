namespace FirstRing.Audit.Places;

/// <summary>A piece of the log as it leaves. <paramref name="Tenants"/>: whose entries are in it.</summary>
internal sealed record Segment(string Name, byte[] Content, IReadOnlySet<string> Tenants);

/// <summary>Where segments lie. Nothing is written twice there: what was put under a name first is what is read under it.</summary>
internal interface ISegmentPlace
{
    /// <summary>What tells it from every other place elsewhere; null for the folder beside the log.</summary>
    string? Name { get; }

    /// <summary>Names that begin so, in order, each once.</summary>
    Task<IReadOnlyList<string>> List(string beginning, CancellationToken stop);

    Task<byte[]> Read(string name, CancellationToken stop);

    /// <summary>False where something lies under this name already: that stands.</summary>
    Task<bool> Put(Segment segment, CancellationToken stop);
}

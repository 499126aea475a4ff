using FirstRing.Platform.Egress;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit.Places;

/// <summary>Brings the segments down from the store elsewhere, as they were first put, for the verifier to judge.</summary>
public static class CopyDown
{
    /// <summary>How many there are; those that <paramref name="folder"/> has already are left as they are. Null where <paramref name="settings"/> name no store.</summary>
    public static async Task<int?> Run(IConfiguration settings, Store store, string folder, ILogger<Egress> logger, CancellationToken stop)
    {
        if (BucketTerms.Read(settings) is not { } terms) return null;
        using var egress = new Egress(store, terms.Agreements, EgressOptions.From(settings), logger);
        using var bucket = new LockedBucket(terms, egress, store.Clock);
        return await Copy(bucket, new FolderPlace(folder), stop);
    }

    internal static async Task<int> Copy(ISegmentPlace from, ISegmentPlace to, CancellationToken stop)
    {
        var names = await from.List("", stop);
        var there = (await to.List("", stop)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names.Where(name => !there.Contains(name))) await to.Put(new Segment(name, await from.Read(name, stop), new HashSet<string>()), stop);
        return names.Count;
    }
}

using FirstRing.Platform.Errors;

namespace FirstRing.Platform.Uploads;

/// <summary>Whose file it is. <paramref name="Owner"/>: what it belongs to, and with which alone it is ever opened; <paramref name="Note"/>: opaque words of the service for the
/// moment in which others may see it. Ids all of them, no names.</summary>
public sealed record FileOwner(string Tenant, string Owner, string Author, string Role, string Note);

/// <summary>A file as its row tells it, unopened. <paramref name="State"/>: <c>checking</c>, <c>ready</c>, <c>infected</c> or <c>lost</c>. <paramref name="At"/> in UTC microseconds.</summary>
public sealed record StoredFile(FileId Id, FileOwner Owner, FileKind Kind, long Size, int Width, int Height, string State, long At);

/// <summary>Taken from a request, on the disk, and nobody's yet: <see cref="Uploads.Keep"/> makes it somebody's, <see cref="Uploads.Discard"/> takes it away.</summary>
public sealed class TakenFile
{
    internal TakenFile(FileId id, string tenant, string name, Picture picture, byte[] secret, string sha256) =>
        (Id, Tenant, Name, Kind, Size, Width, Height, Secret, Sha256) = (id, tenant, name, picture.Kind, picture.Content.Length, picture.Width, picture.Height, secret, sha256);

    public FileId Id { get; }

    /// <summary>Of the file as it came with its name, in hex: the same request again has the same.</summary>
    public string Sha256 { get; }

    internal string Tenant { get; }
    internal string Name { get; }
    internal FileKind Kind { get; }
    internal int Size { get; }
    internal int Width { get; }
    internal int Height { get; }
    internal byte[] Secret { get; }
}

/// <summary>A file taken, or why not.</summary>
public readonly record struct Taken(TakenFile? File, Problem? Why);

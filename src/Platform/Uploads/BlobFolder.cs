using System.Security.Cryptography;
using FirstRing.Platform.Sealing;

namespace FirstRing.Platform.Uploads;

/// <summary>
/// A service's stored files: sealed streams named by ids of our own, for the owner's eyes alone. Each is under a key of its own, which lies sealed in the file's row:
/// whoever cannot open the row cannot open the file.
/// </summary>
sealed class BlobFolder(string folder, string service)
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const string Raw = ".raw";

    /// <summary>Written, and on the disk when this returns. <paramref name="raw"/>: as it came, to be looked at by a scanner.</summary>
    public void Put(FileId id, bool raw, string tenant, byte[] key, byte[] content, DateTimeOffset now)
    {
        var path = PathOf(id, raw);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, Owner | UnixFileMode.UserExecute);
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner }))
        {
            SealedStream.Seal(new MemoryStream(content), file, key, Place(tenant, id, raw));
            file.Flush(flushToDisk: true);
        }
        File.SetLastWriteTimeUtc(path, now.UtcDateTime);
    }

    /// <summary>What was put there; null where there is nothing.</summary>
    /// <exception cref="CryptographicException">Altered, cut off, or another's.</exception>
    public byte[]? Open(FileId id, bool raw, string tenant, byte[] key)
    {
        try
        {
            using var file = new FileStream(PathOf(id, raw), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
            using var plain = new MemoryStream((int)file.Length);
            SealedStream.Open(file, plain, key, Place(tenant, id, raw));
            return plain.ToArray();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Delete(FileId id, bool raw)
    {
        var path = PathOf(id, raw);
        if (File.Exists(path)) File.Delete(path);
    }

    /// <summary>Files that were put down before <paramref name="until"/>.</summary>
    public IEnumerable<(FileId Id, bool Raw)> Before(DateTimeOffset until)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            if (File.GetLastWriteTimeUtc(path) < until.UtcDateTime && FileId.TryParse(Path.GetFileName(path).Replace(Raw, "", StringComparison.Ordinal), out var id))
                yield return (id, path.EndsWith(Raw, StringComparison.Ordinal));
    }

    // 256 folders, by the last two digits.
    string PathOf(FileId id, bool raw) => id.ToString() is var name ? Path.Combine(folder, name[^2..], raw ? name + Raw : name) : "";

    byte[] Place(string tenant, FileId id, bool raw) => SealedBlob.Place(tenant, service, raw ? "file.raw" : "file.content", id.ToString());
}

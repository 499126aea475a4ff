namespace FirstRing.Audit.Places;

/// <summary>A folder of files that are written whole, once, and for reading only.</summary>
internal sealed class FolderPlace(string folder) : ISegmentPlace
{
    string? ISegmentPlace.Name => null;

    Task<IReadOnlyList<string>> ISegmentPlace.List(string beginning, CancellationToken stop) => Task.FromResult<IReadOnlyList<string>>(Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, beginning + "*").Select(file => Path.GetFileName(file)).Where(name => name[0] != '.').Order(StringComparer.Ordinal)]
        : []);

    Task<byte[]> ISegmentPlace.Read(string name, CancellationToken stop) => File.ReadAllBytesAsync(At(name), stop);

    async Task<bool> ISegmentPlace.Put(Segment segment, CancellationToken stop)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (target, fresh) = (At(segment.Name), At($".{segment.Name}.{Environment.ProcessId}"));
        if (File.Exists(target)) return false;
        File.Delete(fresh);
        await using (var file = new FileStream(fresh, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead }))
        {
            await file.WriteAsync(segment.Content, stop);
            file.Flush(flushToDisk: true);
        }
        File.Move(fresh, target, overwrite: false);
        return true;
    }

    // A name can come from a store elsewhere: it names a file here and nothing beyond.
    string At(string name) => Path.GetFileName(name) == name ? Path.Combine(folder, name) : throw new InvalidDataException("This is no name of a file.");
}

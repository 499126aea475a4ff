using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace FirstRing.Media.Router.Recording;

/// <summary>A part of a track on its way to the disk, still in clear: it is memory only.</summary>
internal sealed class Sheet
{
    internal byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(SealedChunks.Longest, pinned: true);
    internal int Length { get; set; }
    internal Span<byte> Rest => Bytes.AsSpan(Length);
}

/// <summary>The file of one track. Everything in it is the disk thread's, but for the name.</summary>
internal sealed class TrackFile(TrackName name, byte[] key)
{
    internal TrackName Name => name;
    internal byte[] Key => key;
    internal FileStream? Stream { get; set; }
    internal AesGcm? Cipher { get; set; }
    internal uint Chunks { get; set; }
    internal bool IsOver { get; set; }
}

/// <summary>
/// Takes what workers have filled, seals it and appends it to its file, on a thread of its own: no worker ever waits for a disk or for more than its own copy. Memory is bounded; who finds none
/// free drops what it would have kept, and says so in the track. Nothing in clear is ever written.
/// </summary>
internal sealed class RecordingDisk : IDisposable
{
    /// <summary>Sheets at once: 64 MiB, a second of some hundred people.</summary>
    public const int MostSheets = 1024;

    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly record struct Work(TrackFile File, Sheet? Sheet, bool Last);

    readonly string _folder;
    readonly int _most;
    readonly BlockingCollection<Work> _work = new(2 * MostSheets);
    readonly ConcurrentQueue<Sheet> _free = new();
    readonly byte[] _sealed = new byte[SealedChunks.HeadSize + SealedChunks.Longest + SealedChunks.TagSize];
    readonly HashSet<TrackFile> _open = [];
    readonly Thread _thread;
    int _made, _disposed;
    long _chunks, _failed;

    public RecordingDisk(string folder, int mostSheets = MostSheets)
    {
        (_folder, _most) = (folder, int.Min(mostSheets, MostSheets));
        _thread = new Thread(Run) { IsBackground = true, Name = "media-recording" };
        _thread.Start();
    }

    /// <summary>Sheets that were made, and are used again and again.</summary>
    public int Sheets => Volatile.Read(ref _made);

    /// <summary>Chunks written.</summary>
    public long Chunks => Volatile.Read(ref _chunks);

    /// <summary>Tracks that could not be written on: a full disk, a file that is not to be made.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>An empty sheet; null when all of them are under way.</summary>
    public Sheet? TryRent()
    {
        if (_free.TryDequeue(out var sheet))
        {
            sheet.Length = 0;
            return sheet;
        }
        if (Interlocked.Increment(ref _made) <= _most) return new Sheet();
        Interlocked.Decrement(ref _made);
        return null;
    }

    /// <summary>Hands a sheet over, from any thread; the disk is its owner from now on. <paramref name="last"/>: the track ends with it, or without any.</summary>
    public void Write(TrackFile file, Sheet? sheet, bool last)
    {
        // There is a place for every sheet and as many ends; one more end than that leaves its track as a crash would.
        try { _work.TryAdd(new Work(file, sheet, last)); }
        catch (InvalidOperationException) when (_disposed == 1)
        {
            // it is being closed
        }
    }

    /// <summary>Writes what was handed over, and stops.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _work.CompleteAdding();
        _thread.Join();
        foreach (var file in _open.ToArray()) Close(file);
        _work.Dispose();
    }

    void Run()
    {
        foreach (var (file, sheet, last) in _work.GetConsumingEnumerable())
        {
            try
            {
                if (!file.IsOver) Append(file, sheet is null ? default : sheet.Bytes.AsSpan(0, sheet.Length), last);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                Interlocked.Increment(ref _failed);
                Close(file);
            }
            if (sheet is not null) _free.Enqueue(sheet);
        }
    }

    void Append(TrackFile file, ReadOnlySpan<byte> plain, bool last)
    {
        if (file.Stream is null) Open(file);
        var length = SealedChunks.Seal(file.Cipher!, file.Name, file.Chunks++, last, plain, _sealed);
        file.Stream!.Write(_sealed, 0, length);
        Interlocked.Increment(ref _chunks);
        if (!last) return;
        file.Stream.Flush(flushToDisk: true);
        Close(file);
    }

    void Open(TrackFile file)
    {
        _open.Add(file);
        var folder = RecordingFolder.Of(_folder, file.Name.Recording);
        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        // Unbuffered: a chunk is with the system when it is written, and the death of this process takes none of it away.
        file.Stream = new FileStream(RecordingFolder.PathOf(folder, file.Name.Track), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, UnixCreateMode = Owner });
        var header = SealedChunks.Begin(file.Name);
        file.Cipher = SealedChunks.Cipher(file.Key, header);
        file.Stream.Write(header);
    }

    void Close(TrackFile file)
    {
        file.IsOver = true;
        _open.Remove(file);
        file.Stream?.Dispose();
        file.Cipher?.Dispose();
    }
}

/// <summary>How recordings lie in a folder: one folder each, in it one file a track.</summary>
public static class RecordingFolder
{
    internal const string Ending = ".frr";

    /// <summary>Where a service's recordings lie in its data folder.</summary>
    public static string Below(string dataFolder) => Path.Combine(dataFolder, "recordings");

    internal static string Of(string folder, Guid recording) => Path.Combine(folder, recording.ToString("N"));
    internal static string PathOf(string folder, Guid track) => Path.Combine(folder, track.ToString("N") + Ending);
    internal static IEnumerable<string> Tracks(string folder) => Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal) : [];
}

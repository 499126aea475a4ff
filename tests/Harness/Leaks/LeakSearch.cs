using System.Text;
using Npgsql;

namespace FirstRing.Tests.Harness.Leaks;

/// <summary>One marker where none may be.</summary>
public sealed record Leak(string Where, string What, string Encoding, long At)
{
    public override string ToString() => $"{Where} holds {What} in {Encoding} at byte {At}";
}

/// <summary>What one sink held: leaks, which of the controls, which must be there for the search to have seen anything, and what could not be read.</summary>
public sealed record Swept(string Sink, long Bytes, IReadOnlyList<Leak> Leaks, IReadOnlySet<string> Seen, IReadOnlyList<string> Unread);

/// <summary>
/// Looks for every marker in every encoding in whatever a platform leaves behind. <paramref name="controls"/> are texts that are known to be there: a sink in
/// which its control is not found was not searched.
/// </summary>
public sealed class LeakSearch(IReadOnlyList<Marker> markers, params IReadOnlyList<string> controls)
{
    const int Piece = 4 << 20, Nested = 2;

    sealed record Form(Marker? Marker, string Encoding, string? Control);

    readonly (ManyPatterns Patterns, List<Form> Forms) _all = Compile(markers, controls);

    /// <summary>Kinds of encodings that are looked for, packings included.</summary>
    public int Encodings { get; } = markers.SelectMany(marker => Leaks.Encodings.Of(marker.Text)).Select(form => form.Name).Distinct().Count() + Leaks.Encodings.Packings.Count;

    public Swept Lines(string sink, IEnumerable<string> lines) => Bytes(sink, Encoding.UTF8.GetBytes(string.Join('\n', lines)));

    public Swept Bytes(string sink, byte[] bytes) => Sweep(sink, into => into.Look(sink, new MemoryStream(bytes)));

    /// <summary>Every file below <paramref name="path"/>, whoever still writes to it; only what was written <paramref name="since"/> where that is given.</summary>
    public Swept Folder(string sink, string path, DateTime? since = null, Func<string, bool>? but = null) => Sweep(sink, into =>
    {
        foreach (var file in Files(new DirectoryInfo(path), into.Unread).Where(file => but?.Invoke(file.FullName) != true))
        {
            // Names tell as well as contents.
            into.Look($"the name of {file.FullName}", new MemoryStream(Encoding.UTF8.GetBytes(file.FullName.PadRight(64))));
            try
            {
                if (since is not null && file.LastWriteTimeUtc < since || file.Length == 0) continue;
                using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                into.Look(file.FullName, content);
            }
            catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException) { }
            catch (Exception unread) when (unread is IOException or UnauthorizedAccessException) { into.Unread.Add($"{file.FullName}: {unread.Message}"); }
        }
    });

    static IEnumerable<FileInfo> Files(DirectoryInfo folder, List<string> unread)
    {
        List<FileSystemInfo> entries = [];
        try { entries = [.. folder.EnumerateFileSystemInfos("*", new EnumerationOptions { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.ReparsePoint })]; }
        catch (DirectoryNotFoundException) { }
        catch (UnauthorizedAccessException) { unread.Add(folder.FullName); }
        return entries.SelectMany(entry => entry is DirectoryInfo deeper ? Files(deeper, unread) : [(FileInfo)entry]);
    }

    /// <summary>Every row of every table as text: PostgreSQL keeps long values packed in a way of its own.</summary>
    public async Task<Swept> Rows(string sink, string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var list = source.CreateCommand("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"))
        await using (var reader = await list.ExecuteReaderAsync())
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        var rows = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = source.CreateCommand($"SELECT t::text FROM {table} t");
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) rows.AppendLine(reader.GetString(0));
        }
        return Bytes(sink, Encoding.UTF8.GetBytes(rows.ToString()));
    }

    Swept Sweep(string sink, Action<Gathered> sweep)
    {
        var gathered = new Gathered(this);
        sweep(gathered);
        return new Swept(sink, gathered.Total, gathered.Leaks, gathered.Seen, gathered.Unread);
    }

    static (ManyPatterns, List<Form>) Compile(IReadOnlyList<Marker> markers, IReadOnlyList<string> controls)
    {
        var forms = new List<Form>();
        var bytes = new List<byte[]>();
        var known = new HashSet<string>();
        foreach (var marker in markers)
            foreach (var text in (string[])[marker.Text, .. marker.Core is null ? [] : new[] { marker.Core }])
                foreach (var (name, form) in Leaks.Encodings.Of(text))
                    if (known.Add(Convert.ToBase64String(form)))
                    {
                        forms.Add(new Form(marker, name, null));
                        bytes.Add(form);
                    }
        foreach (var control in controls)
        {
            forms.Add(new Form(null, "utf-8", control));
            bytes.Add(Encoding.UTF8.GetBytes(control));
        }
        return (new ManyPatterns(bytes), forms);
    }

    sealed class Gathered(LeakSearch search)
    {
        public long Total { get; private set; }
        public List<Leak> Leaks { get; } = [];
        public HashSet<string> Seen { get; } = [];
        public List<string> Unread { get; } = [];

        // In pieces that overlap by the longest pattern, so that nothing is cut in two.
        public void Look(string where, Stream content)
        {
            var buffer = new byte[(int)Math.Min(Piece, Math.Max(content.Length, 1 << 10)) + search._all.Patterns.Longest];
            var (kept, start) = (0, 0L);
            while (content.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false) is > 0 and var read)
            {
                Total += read;
                var length = kept + read;
                LookAt(where, buffer, length, start, Nested);
                var keep = Math.Min(length, search._all.Patterns.Longest - 1);
                Array.Copy(buffer, length - keep, buffer, 0, keep);
                (kept, start) = (keep, start + length - keep);
            }
        }

        void LookAt(string where, byte[] bytes, int length, long start, int deeper)
        {
            search._all.Patterns.Find(bytes.AsSpan(0, length), (number, at) =>
            {
                var form = search._all.Forms[number];
                if (form.Control is not null) Seen.Add(form.Control);
                else if (Leaks.Count < 1000) Leaks.Add(new Leak(where, form.Marker!.What, form.Encoding, start + at));
            });
            if (deeper == 0) return;
            foreach (var plain in Unpacked.In(bytes, length)) LookAt($"{where}, unpacked,", plain, plain.Length, 0, deeper - 1);
        }
    }
}

using System.Globalization;
using System.Security.Cryptography;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Backup;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace FirstRing.Host;

/// <summary>
/// <c>restore</c>: a platform from a backup and its keys. The whole backup is checked before anything is written; everything is put together aside,
/// compared with what the backup says of it and with its audit chains, and moved into place only then. On a failure nothing is left.
/// </summary>
internal static class RestoreBackup
{
    public static async Task<int> Run(Options options, TimeProvider clock, CancellationToken stop)
    {
        var made = new List<string>();
        var aside = Path.Combine(options.Data, DataFolder.Restoring);
        var begun = false;
        try
        {
            if (options.From is null) throw new InvalidDataException("restore wants --from FOLDER.");
            RefuseWhatIsThere(options.Data);
            var provider = Provider(options, clock);
            using var held = provider as IDisposable;
            using var backup = await BackupReader.Open(options.From, provider, stop);
            await RefuseOtherStores(backup.Manifest, options.Postgres, stop);
            backup.Check();
            begun = true;
            var folder = new DataFolder(aside, clock);
            ExtractFiles(backup, folder);
            foreach (var part in backup.Manifest.Parts.Where(part => part.Kind == PartKind.Postgres)) await LoadDatabase(backup, part, folder, options.Postgres!, made, stop);
            foreach (var line in await Prove(backup.Manifest, folder, options.Postgres, provider, clock, stop)) await Terminal.Say(line);
            MoveIntoPlace(aside, options.Data);
            await Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"restored {backup.Manifest.Stores.Count} stores, {backup.Manifest.Parts.Sum(part => part.Size) / 1e9:F2} GB, as they stood at {Instant.At(backup.Manifest.At):yyyy-MM-ddTHH:mm:ssZ}: row counts are equal, audit chains whole"));
            return 0;
        }
        catch (Exception refused) when (refused is InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException or CryptographicException or KeysUnavailable or System.Data.Common.DbException)
        {
            if (begun && Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
            foreach (var service in made) await Stores.DropDatabase(service, options.Postgres!, stop);
            await Terminal.Complain($"Nothing was restored. {refused.Message}");
            return 1;
        }
    }

    static void RefuseWhatIsThere(string data)
    {
        if (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any(entry => Path.GetFileName(entry) != "keys"))
            throw new InvalidDataException($"{data} is not empty. A restore goes into a folder that holds keys/ and nothing else.");
    }

    static string KeyOf(string data) => Path.Combine(data, "keys", "root.key");

    static IKeyProvider Provider(Options options, TimeProvider clock) =>
        options.Keys is not null ? KeyProviders.Named(options.Keys, clock)
        : File.Exists(KeyOf(options.Data)) ? new KeyFileProvider(KeyOf(options.Data), clock)
        : throw new InvalidDataException($"The keys are not there. Lay the folder that is kept apart from the backups at {Path.Combine(options.Data, "keys")}, with the root key in it, mode 600.");

    static async Task RefuseOtherStores(Manifest manifest, string? postgres, CancellationToken stop)
    {
        var databases = manifest.Parts.Where(part => part.Kind == PartKind.Postgres).Select(ServiceOf).ToList();
        if (databases.Count > 0 != postgres is not null)
            throw new InvalidDataException(postgres is null ? "This backup's stores are of PostgreSQL: give --postgres URL." : "This backup's stores are of SQLite: leave --postgres out.");
        foreach (var service in databases)
            if (await Stores.HasDatabase(service, postgres!, stop)) throw new InvalidDataException($"The database of {service} is there already. A restore makes its own.");
    }

    static string ServiceOf(BackupPart part) => part.Name[TakeBackup.Databases.Length..];

    static void ExtractFiles(BackupReader backup, DataFolder folder)
    {
        foreach (var part in backup.Manifest.Parts.Where(part => part.Kind != PartKind.Postgres))
        {
            var path = folder.At(part.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = (UnixFileMode)part.Mode,
                BufferSize = 1 << 20,
            });
            backup.Extract(part, file);
        }
    }

    static async Task LoadDatabase(BackupReader backup, BackupPart part, DataFolder folder, string postgres, List<string> made, CancellationToken stop)
    {
        var service = ServiceOf(part);
        made.Add(service);
        await Stores.EnsureDatabase(folder, service, postgres, stop);
        await PostgresTools.Load(Stores.OptionsOf(folder, service, postgres).ConnectionString, input => backup.Extract(part, input), stop);
    }

    /// <summary>Row counts and audit heads are the backup's, and every audit chain is whole; then each service does to its store what a restore asks of it.</summary>
    static async Task<IReadOnlyList<string>> Prove(Manifest manifest, DataFolder folder, string? postgres, IKeyProvider provider, TimeProvider clock, CancellationToken stop)
    {
        var life = Token.New()[..8];
        var lines = new List<string>();
        foreach (var expected in manifest.Stores)
        {
            var service = expected.Part.StartsWith(TakeBackup.Databases, StringComparison.Ordinal) ? expected.Part[TakeBackup.Databases.Length..] : null;
            if (await StateOf(expected.Part, folder, service, postgres, stop) is var state && expected.DifferenceTo(state) is { } difference) throw new InvalidDataException($"{difference} as in the backup.");
            var row = ModuleTable.Rows.FirstOrDefault(row => row.Store && (service == row.Name || expected.Part == $"stores/{row.Name}/store.db"));
            if (row is null) continue;
            var options = Stores.OptionsOf(folder, row.Name, postgres);
            await using var store = new Store(row.Name, options, provider, clock, _ => []);
            await store.Open([new SchemaSource(typeof(Store).Assembly), new SchemaSource(row.Make().GetType().Assembly)], stop);
            if (await AuditChain.FirstBreak(store, stop) is { } counter) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{expected.Part}: the audit chain breaks at {counter}."));
            await AfterRestore.Run(options, [typeof(Store).Assembly, row.Make().GetType().Assembly], life, stop);
            if (row.Name == AuditRelay.Log) await DropLaterSegments(store, folder, stop);
            await store.Commit(Caller.System(row.Name), transaction =>
            {
                transaction.Audit("restore", manifest.Backup);
                return Task.FromResult(0);
            }, stop);
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Name}: {state.Rows.Values.Sum()} rows, audit {state.Audit?.Counter} {state.Audit?.Seal}"));
            if (state.Checkpoint is { } note) lines.Add($"the log's checkpoint: {string.Join(' ', note.Split('\n').Take(3))}");
        }
        return lines;
    }

    // A segment that was written in the moment after the log's own stands at entries that the log will have otherwise. What it has no line for it writes anew.
    static async Task DropLaterSegments(Store store, DataFolder folder, CancellationToken stop)
    {
        var known = await store.ReadList<(long First, long Next)>("SELECT first, next FROM log_segments", null, stop);
        if (!Directory.Exists(folder.At("audit", "segments"))) return;
        foreach (var file in Directory.EnumerateFiles(folder.At("audit", "segments")))
            if (Path.GetFileNameWithoutExtension(file).Split('-') is not [var first, var next] || !long.TryParse(first, out var from) || !long.TryParse(next, out var until) || !known.Contains((from, until)))
                File.Delete(file);
    }

    static async Task<StoreState> StateOf(string part, DataFolder folder, string? service, string? postgres, CancellationToken stop)
    {
        await using var source = service is null ? null : PostgresSource.Create(new NpgsqlConnectionStringBuilder(Stores.OptionsOf(folder, service, postgres).ConnectionString) { CommandTimeout = 0 }.ConnectionString);
        await using System.Data.Common.DbConnection connection = source is null
            ? new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.At(part), Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString)
            : source.CreateConnection();
        await connection.OpenAsync(stop);
        return await TableRows.StateOf(part, connection, null);
    }

    static void MoveIntoPlace(string aside, string data)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(aside).Where(entry => Path.GetFileName(entry) != "keys"))
            Directory.Move(entry, Path.Combine(data, Path.GetFileName(entry)));
        Directory.Delete(aside, recursive: true);
    }
}

using System.Globalization;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Backup;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;

namespace FirstRing.Host;

/// <summary>
/// <c>backup</c>: every store as it stood at one moment and every file of the data folder that counts, into one sealed folder, while the platform runs. The
/// keys are never in it.
/// </summary>
internal static class TakeBackup
{
    const string Lock = "backup.lock", Witness = "witness";

    // Made anew at each start, or of the moment.
    static readonly string[] Passing = ["run.json", "addresses.json", Lock], PassingEndings = [".db-wal", ".db-shm", ".db-journal", SqliteSnapshot.Leftover];
    static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    public static async Task<int> Run(Options options, TimeProvider clock, CancellationToken stop)
    {
        try
        {
            if (options.To is null) throw new InvalidDataException("backup wants --to FOLDER.");
            if (!Directory.Exists(Path.Combine(options.Data, "stores"))) throw new InvalidDataException($"{options.Data} is no data folder.");
            var folder = new DataFolder(options.Data, clock);
            if (Path.GetFullPath(options.To).StartsWith(folder.Path + '/', StringComparison.Ordinal)) throw new InvalidDataException("A backup does not lie in the folder that it is of.");
            using var alone = Alone(folder);
            var provider = KeyProviders.Of(options.Keys, folder, clock);
            using var held = provider as IDisposable;
            using var writer = await BackupWriter.Create(options.To, provider, stop);
            var (at, stores, files) = await AddStores(writer, folder, options.Postgres, clock, stop);
            AddFiles(writer, folder, files);
            writer.Finish(at, Settings.Release, stores);
            await Terminal.Say(string.Create(CultureInfo.InvariantCulture,
                $"backup of {stores.Count} stores and {writer.Files} files, {writer.Size / 1e9:F2} GB, as they stood at {Instant.At(at):yyyy-MM-ddTHH:mm:ssZ}: {options.To}"));
            await Terminal.Say($"{folder.At("keys")} is not in it. Keep that folder apart from every backup: without it nobody opens this one, with it anybody does.");
            return 0;
        }
        catch (Exception refused) when (refused is InvalidDataException or InvalidOperationException or IOException or UnauthorizedAccessException or KeysUnavailable or System.Data.Common.DbException)
        {
            await Terminal.Complain($"No backup was made. {refused.Message}");
            return 1;
        }
    }

    static FileStream Alone(DataFolder folder)
    {
        try { return new FileStream(folder.At(Lock), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None); }
        catch (IOException) { throw new InvalidDataException("Another backup of this folder is being made."); }
    }

    static async Task<(long At, List<StoreState> States, List<string> Files)> AddStores(BackupWriter writer, DataFolder folder, string? postgres, TimeProvider clock, CancellationToken stop)
    {
        var pinned = new List<IStoreSnapshot>();
        try
        {
            // All of them first: between the first and the last lie milliseconds, however long the copies take.
            var databases = Files(folder).Where(IsDatabase).ToList();
            foreach (var row in PinOrder().Where(row => row.Store))
            {
                if (postgres is not null) pinned.Add(await PostgresSnapshot.Pin($"{Databases}{row.Name}", Stores.OptionsOf(folder, row.Name, postgres).ConnectionString, stop));
                foreach (var file in databases.Where(file => IsOf(row, file))) pinned.Add(await SqliteSnapshot.Pin(file, folder.At(file), stop));
            }
            foreach (var file in databases.Where(file => pinned.All(store => store.Name != file))) pinned.Add(await SqliteSnapshot.Pin(file, folder.At(file), stop));
            var at = clock.Microseconds();
            var files = Files(folder).Where(file => !IsDatabase(file)).ToList(); // now: what a row speaks of was there before the row
            var states = new List<StoreState>();
            foreach (var store in pinned)
            {
                states.Add(await store.State(stop));
                await store.Copy(plain => writer.Add(store.Name, store.Kind, plain), stop);
            }
            return (at, states, files);
        }
        finally
        {
            foreach (var store in pinned) await store.DisposeAsync();
        }
    }

    /// <summary>How a PostgreSQL database is named as a part; the service follows.</summary>
    public const string Databases = "postgres/";

    /// <summary>
    /// Who hears of others or asks them stands at an earlier moment than they: what it knows of them is then in theirs, and what they told it since is in their
    /// outbox. Where two hear of each other the milliseconds between them remain. The log hears of every store, and the witness of the log: a log that knew a
    /// row which its store has not got would have to call that store broken.
    /// </summary>
    internal static IReadOnlyList<ModuleRow> PinOrder()
    {
        var (order, seen) = (new List<ModuleRow>(), new HashSet<string>());
        foreach (var row in ModuleTable.Rows) Visit(row);
        order.Reverse();
        var log = ModuleTable.Row(AuditRelay.Log);
        return [.. order.OrderBy(row => row.Name == Witness ? 0 : row == log ? 1 : 2)];

        void Visit(ModuleRow row)
        {
            if (!seen.Add(row.Name)) return;
            foreach (var other in ModuleTable.Rows.Where(other => row.Needs.Contains(other.Name) || other.Emits.Intersect(row.Consumes).Any())) Visit(other);
            order.Add(row);
        }
    }

    static void AddFiles(BackupWriter writer, DataFolder folder, IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            FileStream plain;
            try { plain = new FileStream(folder.At(file), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 20); }
            catch (FileNotFoundException) { continue; } // it was of the moment
            writer.Add(file, PartKind.File, plain, File.GetUnixFileMode(plain.SafeFileHandle));
        }
    }

    // Paths below the data folder. The keys are somebody else's to keep.
    static IEnumerable<string> Files(DataFolder folder) => Directory.EnumerateFiles(folder.Path, "*", Everything).Select(file => Path.GetRelativePath(folder.Path, file))
        .Where(file => !file.StartsWith("keys/", StringComparison.Ordinal) && !Passing.Contains(file) && !PassingEndings.Any(ending => file.EndsWith(ending, StringComparison.Ordinal)))
        .Order(StringComparer.Ordinal);

    static bool IsDatabase(string file) => file.EndsWith(".db", StringComparison.Ordinal);
    static bool IsOf(ModuleRow row, string file) => file.StartsWith($"stores/{row.Name}/", StringComparison.Ordinal);
}

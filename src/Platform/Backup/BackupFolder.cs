using FirstRing.Platform.Http;
using FirstRing.Platform.Sealing;

namespace FirstRing.Platform.Backup;

/// <summary>
/// A backup is a folder: <c>backup.json</c> with the wrapped key, <c>manifest</c>, and numbered parts. Manifest and parts are sealed streams under the backup's
/// own key, each bound to the backup and to its name, so that none can stand for another or come from another backup.
/// </summary>
internal static class BackupFolder
{
    public const int Format = 1;
    public const string Header = "backup.json", Manifest = "manifest";
    public const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static byte[] Place(string backup, string name) => SealedBlob.Place(Caller.SystemTenant, "backup", name, backup);

    public static DirectoryInfo Make(string path) => Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);

    /// <summary>A new file, for the owner alone.</summary>
    public static FileStream New(string path) => new(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner, BufferSize = 1 << 20 });
}

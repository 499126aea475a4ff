using System.Text.Json.Serialization;

namespace FirstRing.Platform.Backup;

/// <summary>What a backup holds, sealed beside its parts. <paramref name="At"/>: UTC microseconds at which every store's snapshot stood.</summary>
public sealed record Manifest(string Backup, long At, string Release, IReadOnlyList<StoreState> Stores, IReadOnlyList<BackupPart> Parts);

/// <summary>One file of the backup's folder. <paramref name="Name"/>: the path below the data folder, or <c>postgres/DATABASE</c>. Sizes in bytes; SHA-256 in hex,
/// of the content and of the sealed file. <paramref name="Mode"/>: the file's permissions.</summary>
public sealed record BackupPart(string Name, PartKind Kind, int Mode, string File, long Size, string Sha256, long SealedSize, string SealedSha256);

public enum PartKind { File, Sqlite, Postgres }

/// <summary>A database as its snapshot stood: rows of every table, the audit head where it has one, and where it holds the log its newest signed checkpoint
/// (C2SP signed note: origin, size, root). <paramref name="Part"/> is the part's name.</summary>
public sealed record StoreState(string Part, SortedDictionary<string, long> Rows, AuditHead? Audit, string? Checkpoint = null)
{
    /// <summary>The first difference to <paramref name="other"/> in words; null where there is none.</summary>
    public string? DifferenceTo(StoreState other)
    {
        foreach (var table in Rows.Keys.Union(other.Rows.Keys))
            if (Rows.GetValueOrDefault(table, -1) != other.Rows.GetValueOrDefault(table, -1)) return $"{Part}: the rows of {table} are not as many";
        return Audit != other.Audit ? $"{Part}: the audit head is another" : Checkpoint != other.Checkpoint ? $"{Part}: the log's checkpoint is another" : null;
    }
}

/// <summary>Where a store's audit chain stood. <paramref name="Seal"/>: hex.</summary>
public sealed record AuditHead(long Counter, string Seal);

/// <summary>The one file that is not sealed: how the rest is opened. <paramref name="Key"/> is the backup's key, wrapped by the key provider.</summary>
public sealed record BackupHeader(int Format, string Backup, byte[] Key);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(BackupHeader))]
internal sealed partial class BackupJson : JsonSerializerContext;

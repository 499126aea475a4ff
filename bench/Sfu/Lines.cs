using System.Text.Json.Serialization;

namespace FirstRing.Bench.Sfu;

/// <summary>What the bench says to its children. One shape for all: <paramref name="Do"/> names it, the rest is filled as needed.</summary>
internal sealed record Ask(string Do, int Room = 0, int Seat = 0, string Sdp = "", int Count = 0);

internal sealed record SdpLine(string Sdp);

internal sealed record DoneLine(string? Fault = null);

/// <summary>The server's own figures since it began.</summary>
internal sealed record ServerFigures(long Forwarded, long Received, long SocketDropped, double CpuSeconds, long AllocatedBytes, long ResidentBytes, int Collections2, long Faults, string? Fault);

/// <summary>The client's figures since it began, and latencies of the last measured stretch.</summary>
internal sealed record ClientFigures(long Sent, long Received, int Connected, long Broken, long Plis, long Nacks, double CpuSeconds, double P50, double P99, double P999, long Samples, string? Fault);

internal sealed record FloorLine(double P50, double P99, double P999);

internal sealed record BenchLine(string Bench, SfuFigures Ours, SfuFigures? Rival, double Load1, string Commit, bool Void);

internal sealed record SfuFigures(double PpsPerCore, double PlateauPps, double UsPerPacket, double AddedP50Ms, double AddedP99Ms, double AddedP999Ms, double FloorP99Ms,
    double AllocatedBytesPerPacket, double KbPerParticipant, int PlateauRooms, double LossPercent);

internal sealed record RestoreLine(string Bench, RestoreFigures Ours, RestoreFigures? Rival, double Load1, string Commit);

/// <summary>Seconds: of the backup, of the restore, and from the restore's begin until a link from before it opened.</summary>
internal sealed record RestoreFigures(double Gb, long Patients, double BackupS, double RestoreS, double ServingS, bool RowsEqual, bool AuditEqual, bool LinkOpens);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Ask))]
[JsonSerializable(typeof(SdpLine))]
[JsonSerializable(typeof(DoneLine))]
[JsonSerializable(typeof(ServerFigures))]
[JsonSerializable(typeof(ClientFigures))]
[JsonSerializable(typeof(FloorLine))]
[JsonSerializable(typeof(BenchLine))]
[JsonSerializable(typeof(RestoreLine))]
internal sealed partial class BenchJson : JsonSerializerContext;

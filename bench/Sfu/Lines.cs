using System.Text.Json.Serialization;

namespace FirstRing.Bench.Sfu;

/// <summary>What the bench says to its children. One shape for all: <paramref name="Do"/> names it, the rest is filled as needed.</summary>
internal sealed record Ask(string Do, int Room = 0, int Seat = 0, string Sdp = "", int Count = 0, int Slower = 1, int Peer = 0);

/// <summary>An offer or an answer, and by which number the client knows whose it is.</summary>
internal sealed record SdpLine(string Sdp, int Peer);

internal sealed record DoneLine(string? Fault = null);

/// <summary>What a server says of itself since it began; a rival says less.</summary>
internal sealed record ServerFigures(long? AllocatedBytes = null, long SocketDropped = 0, string? Fault = null);

/// <summary>The client's figures since it began, and latencies of the last measured stretch. <paramref name="NotGcm"/>: connections under another SRTP profile.</summary>
internal sealed record ClientFigures(long Sent, long Received, int Connected, int NotGcm, long Broken, long Plis, long Nacks, long Feedbacks, double CpuSeconds, double P50, double P99, double P999, long Samples, string? Fault);

internal sealed record FloorLine(double P50, double P99, double P999);

internal sealed record BenchLine(string Bench, SfuFigures Ours, SfuFigures? Rival, double Load1, string Commit, bool Void);

/// <summary>
/// One server's figures (design: whole-process CPU per forwarded packet; latency from the client's write to its read). The plain latencies are those at 70 % of the
/// server's own plateau.
/// </summary>
internal sealed record SfuFigures(
    double PpsPerCore, double UsPerPacket, double PlateauPps, int PlateauRooms, double LossPercent, double ClientCpuPercent,
    [property: JsonPropertyName("p50_ms")] double P50, [property: JsonPropertyName("p99_ms")] double P99, [property: JsonPropertyName("p999_ms")] double P999,
    [property: JsonPropertyName("p50_ms_at_50")] double P50At50, [property: JsonPropertyName("p99_ms_at_50")] double P99At50, [property: JsonPropertyName("p999_ms_at_50")] double P999At50,
    [property: JsonPropertyName("p50_ms_at_30")] double P50At30, [property: JsonPropertyName("p99_ms_at_30")] double P99At30, [property: JsonPropertyName("p999_ms_at_30")] double P999At30,
    [property: JsonPropertyName("floor_p99_ms")] double FloorP99, double? BytesPerPacket, double KbPerParticipant)
{
    /// <summary>Each figure's median; the runs' own, not one run's.</summary>
    public static SfuFigures Median(IReadOnlyList<SfuFigures> runs)
    {
        double Of(Func<SfuFigures, double> figure) => Middle([.. runs.Select(figure)]);
        return new SfuFigures(
            Of(one => one.PpsPerCore), Of(one => one.UsPerPacket), Of(one => one.PlateauPps), (int)Of(one => one.PlateauRooms), Of(one => one.LossPercent), Of(one => one.ClientCpuPercent),
            Of(one => one.P50), Of(one => one.P99), Of(one => one.P999), Of(one => one.P50At50), Of(one => one.P99At50), Of(one => one.P999At50),
            Of(one => one.P50At30), Of(one => one.P99At30), Of(one => one.P999At30), Of(one => one.FloorP99),
            runs[0].BytesPerPacket is null ? null : Of(one => one.BytesPerPacket!.Value), Of(one => one.KbPerParticipant));
    }

    public static double Middle(double[] values)
    {
        Array.Sort(values);
        var at = values.Length / 2;
        return values.Length % 2 == 1 ? values[at] : (values[at - 1] + values[at]) / 2;
    }
}

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

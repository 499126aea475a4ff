using System.Globalization;
using System.Security.Cryptography;
using FirstRing.Contracts;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Recording.Export;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Sealing;
using FirstRing.Platform.Storage;
using FirstRing.Signaling;
using FirstRing.Signaling.Recording;

namespace FirstRing.Host;

/// <summary>
/// <c>recording list</c> and <c>recording export</c>: what was recorded, and a playable file of each person in one recording. The key is opened with a row in the audit log, whether the platform runs or not. What it
/// writes is in clear: the folder that it is told is the one place where a recording ever is.
/// </summary>
internal static class ExportRecording
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A line for each: id, call, visit, state, when it was asked for.</summary>
    public static Task<int> List(Options options) => With(options, async (folder, store) =>
    {
        foreach (var one in await RecordingKey.List(store, CancellationToken.None))
            await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{one.Recording} {one.Call} {one.Visit} {one.State} {Instant.At(one.AskedAt):yyyy-MM-ddTHH:mm:ssZ} {Size(folder, one.Recording)} bytes"));
        return 0;
    });

    public static Task<int> Run(Options options) => With(options, async (folder, store) =>
    {
        if (!RecordingId.TryParse(options.Recording, CultureInfo.InvariantCulture, out var recording)) throw new ArgumentException("recording export wants --recording ID, as `recording list` prints it.");
        if (options.To is not { Length: > 0 } to) throw new ArgumentException("recording export wants --to FOLDER.");
        if (await RecordingKey.Open(store, recording, CancellationToken.None) is not { } key) throw new InvalidDataException($"There is no recording {recording}.");
        Directory.CreateDirectory(to, Owner | UnixFileMode.UserExecute);
        var report = RecordingExport.Write(RecordingFolder.Below(folder.StoreOf("media")), recording.Value, key,
            name => new FileStream(Path.Combine(to, name), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = Owner }));
        CryptographicOperations.ZeroMemory(key);
        foreach (var file in report.Files) await Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{Path.Combine(to, file.Name)} {file.Milliseconds / 1000.0:F1} s"));
        foreach (var track in report.Tracks) await Terminal.Say(Line(track));
        return report.Files.Count > 0 ? 0 : 1;
    });

    static string Line(ExportedTrack track) => string.Create(CultureInfo.InvariantCulture,
        $"{track.Kind} of {track.Participant:N}: {track.Packets} packets, {track.Repaired} by retransmission, {track.Lost} never came, {track.Recovered} sounds mended, {track.Dropped} not kept, {track.Frames} frames, {track.NotShown} pictures left out")
        + (track.Unreadable > 0 ? string.Create(CultureInfo.InvariantCulture, $", {track.Unreadable} packets of a codec that is not exported") : "")
        + (track.Flaw == Flaw.None ? "" : $"; it is good up to a flaw: {track.Flaw}");

    static long Size(DataFolder folder, RecordingId recording) =>
        Path.Combine(RecordingFolder.Below(folder.StoreOf("media")), recording.Value.ToString("N")) is var of && Directory.Exists(of) ? Directory.EnumerateFiles(of).Sum(file => new FileInfo(file).Length) : 0;

    static async Task<int> With(Options options, Func<DataFolder, Store, Task<int>> act)
    {
        try
        {
            if (!Directory.Exists(Path.Combine(options.Data, "stores"))) throw new InvalidDataException($"{options.Data} is no data folder.");
            var folder = new DataFolder(options.Data, TimeProvider.System);
            var keys = KeyProviders.Of(options.Keys, folder, TimeProvider.System);
            using var _ = keys as IDisposable;
            await using var store = new Store("signaling", Stores.OptionsOf(folder, "signaling", options.Postgres), keys, TimeProvider.System, _ => []);
            await store.Open([new SchemaSource(typeof(Store).Assembly), new SchemaSource(typeof(SignalingModule).Assembly)], CancellationToken.None);
            return await act(folder, store);
        }
        catch (Exception refused) when (refused is InvalidDataException or IOException or UnauthorizedAccessException or KeysUnavailable or CryptographicException or System.Data.Common.DbException)
        {
            await Terminal.Complain(refused.Message);
            return 1;
        }
    }
}

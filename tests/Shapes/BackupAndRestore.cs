using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using FirstRing.Host;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>The restore drill in small: a platform that is backed up while people write, and comes back elsewhere from the backup and its root key alone.</summary>
public sealed class BackupAndRestore : IDisposable
{
    readonly TempFolder _temp = new();

    [Theory, InlineData(Dialects.Sqlite), InlineData(Dialects.Postgres)]
    public async Task What_was_acknowledged_before_it_is_there_after_a_restore_and_the_patient_s_link_opens(Dialects store)
    {
        var postgres = store == Dialects.Postgres ? (await PostgresCluster.Shared).Url : null;
        if (postgres is not null) await PostgresCluster.Clear(postgres);
        var (visit, device, before, picture) = await BackUpWhilePeopleWrite(postgres);
        foreach (var file in Directory.GetFiles(Kept))
            foreach (var hidden in (string[])["Ignaz", "audit_outbox", "PRIVATE KEY", "stores/"])
                Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"{file} shows {hidden}");
        await RefuseWhatIsWrong(postgres);

        var from = Stopwatch.GetTimestamp();
        var told = await Succeeds("restore", "--from", Kept, "--data", Restored, postgres);
        Assert.Contains("row counts are equal, audit chains whole", told, StringComparison.Ordinal);
        foreach (var row in ModuleTable.Rows.Where(row => row.Store)) Assert.Contains($"{row.Name}: ", told, StringComparison.Ordinal);
        await using var platform = await RunningPlatform.Start(postgres: postgres, data: Restored);
        var patient = await Enter(platform.Door, visit.Patient, device);
        using var raw = new Raw(platform.Door, patient.Pass);
        var thread = (await raw.Ask(HttpMethod.Get, "/messages")).Body;
        Figure(store, Stopwatch.GetElapsedTime(from));
        Assert.DoesNotContain(platform.Lines, line => line.Contains("audit", StringComparison.OrdinalIgnoreCase) && line.Contains("crit", StringComparison.Ordinal));
        Assert.All(before, text => Assert.Contains(text, thread, StringComparison.Ordinal));
        Assert.Contains(picture.Id, thread, StringComparison.Ordinal);
        Assert.Equal(picture.Shown, await raw.Ask(HttpMethod.Get, $"/messages/files/{picture.Id}"));
        await Eventually.True("the patient writes on", async () =>
        {
            var said = await raw.Write("Back again.");
            Assert.True(said.Status is 429 or >= 200 and <= 299, $"{said.Status} {said.Code}"); // the restored store remembers how much was written just before
            return said.Status != 429;
        });
        await Refused("is not empty", "restore", "--from", Kept, "--data", Restored, postgres);
    }

    string Data => _temp.At("data");
    string Kept => _temp.At("kept");
    string Restored => _temp.At("restored");

    // What was acknowledged before the backup began is what must come back.
    async Task<(DemoVisit Visit, string Device, IReadOnlyList<string> Before, (string Id, Said Shown) Picture)> BackUpWhilePeopleWrite(string? postgres)
    {
        await using var platform = await RunningPlatform.Start(postgres: postgres, data: Data);
        var visit = await platform.DemoVisit();
        var patient = await Enter(platform.Door, visit.Patient, null);
        using var raw = new Raw(platform.Door, patient.Pass);
        var (_, file) = await raw.Attach(PlantedFiles.Photo(width: 640, height: 480), "Ignaz.jpg");
        var picture = (Id: file!, Shown: await raw.Ask(HttpMethod.Get, $"/messages/files/{file}"));
        Assert.Equal((200, "image/jpeg"), (picture.Shown.Status, picture.Shown.Type));
        var written = new List<string>();
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 0; !enough.IsCancellationRequested; number++)
            {
                var said = await raw.Write(Text(number));
                if (said.Status == 429) await Task.Delay(TimeSpan.FromMilliseconds(500)); // the door says to come again
                else Assert.InRange(said.Status, 200, 299);
                if (said.Status is >= 200 and < 300) lock (written) written.Add(Text(number));
            }
        });
        await Eventually.True("people write", () => Task.FromResult(Count() >= 5));
        List<string> before;
        lock (written) before = [.. written];
        await Succeeds("backup", "--data", Data, "--to", Kept, postgres);
        await Eventually.True("people write on", () => Task.FromResult(Count() > before.Count));
        await enough.CancelAsync();
        await writing;
        return (visit, patient.Cookie, before, picture);

        int Count()
        {
            lock (written) return written.Count;
        }
    }

    async Task RefuseWhatIsWrong(string? postgres)
    {
        await Refused("keys are not there", "restore", "--from", Kept, "--data", Restored, postgres);
        Directory.CreateDirectory(Path.Combine(Restored, "keys"));
        await LayKey(new byte[32], Restored);
        await Refused("key at hand", "restore", "--from", Kept, "--data", Restored, postgres);
        Directory.Delete(Path.Combine(Restored, "keys"), recursive: true);
        Assert.Equal(0, (await Repository.Run("cp", "-a", Path.Combine(Data, "keys"), Restored)).Code);
        if (postgres is not null)
        {
            await Refused("is there already", "restore", "--from", Kept, "--data", Restored, postgres);
            await PostgresCluster.Clear(postgres); // the machine is lost
        }
        Assert.Equal(["keys"], Directory.GetFileSystemEntries(Restored).Select(Path.GetFileName)); // a refusal left nothing
    }

    [Fact]
    public async Task A_restore_that_was_broken_off_does_not_start_as_a_fresh_platform()
    {
        Directory.CreateDirectory(_temp.At("broken", DataFolder.Restoring));
        var (code, _, errors) = await Repository.Run(await Repository.Server, "up", "--data", _temp.At("broken"), "--port", "0");
        Assert.NotEqual(0, code);
        Assert.Contains("broken off", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_in_use_gets_no_second_root_key()
    {
        var folder = new DataFolder(Data, TimeProvider.System);
        folder.Prepare();
        File.Delete(folder.RootKey);
        Assert.Throws<ArgumentException>(() => folder.Prepare());
        Assert.False(File.Exists(folder.RootKey));
    }

    [Fact]
    public void Who_asks_or_hears_of_another_is_pinned_before_it()
    {
        var order = TakeBackup.PinOrder().Select(row => row.Name).ToList();
        Assert.Equal(ModuleTable.Rows.Select(row => row.Name).Order(), order.Order());
        foreach (var (earlier, later) in ((string, string)[])[("witness", "audit"), ("audit", "identity"), ("identity", "records"), ("identity", "scheduling"), ("web", "identity")])
            Assert.True(order.IndexOf(earlier) < order.IndexOf(later), $"{earlier} before {later}: {string.Join(' ', order)}");
    }

    static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"Ignaz {number:D5}");

    static void Figure(Dialects store, TimeSpan took) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: restore drill in small, {store}: the patient's thread is read {took.TotalSeconds:F1} s after the restore began"));

    static async Task LayKey(byte[] key, string data)
    {
        var path = Path.Combine(data, "keys", "root.key");
        await File.WriteAllBytesAsync(path, key);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    static async Task<(string Pass, string Cookie)> Enter(Uri door, Uri link, string? cookie)
    {
        using var http = DoorTrust.Client(door);
        Assert.Equal(200, (int)(await http.GetAsync(link.PathAndQuery)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, link.AbsolutePath + "/enter") { Version = new Version(2, 0), Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("N"));
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await http.SendAsync(request);
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        var set = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? string.Join("; ", cookies.Select(one => one.Split(';')[0])) : "";
        return (body.GetProperty("pass").GetString()!, set);
    }

    static async Task<string> Succeeds(params IEnumerable<string?> words)
    {
        var (code, told, errors) = await Run(words);
        Assert.True(code == 0, $"{errors}{told}");
        return told;
    }

    static async Task Refused(string why, params IEnumerable<string?> words)
    {
        var (code, _, errors) = await Run(words);
        Assert.NotEqual(0, code);
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    // The last word is PostgreSQL's URL, or null.
    static async Task<(int Code, string Out, string Errors)> Run(IEnumerable<string?> words)
    {
        var all = words.ToList();
        return await Repository.Run(await Repository.Server, [.. all[..^1].OfType<string>(), .. all[^1] is { } url ? (string[])["--postgres", url] : []]);
    }

    public void Dispose() => _temp.Dispose();
}

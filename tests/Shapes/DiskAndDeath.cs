using System.Globalization;
using System.Text.Json;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>A disk that is full, and SIGKILL at any moment: what was acknowledged is there once, and the audit log holds.</summary>
public sealed class DiskAndDeath : IAsyncDisposable
{
    static readonly int Deaths = Slow.All ? 20 : 3;
    readonly TempFolder _temp = new();
    string? _mounted;

    // What is being written: after a death nobody knows whether it was taken, so the next life is told it again under the same id.
    (Guid Id, string Text)? _unsure;
    int _number;

    [Fact]
    public async Task A_full_disk_is_said_no_PHI_is_shown_meanwhile_and_work_goes_on_when_there_is_room()
    {
        var disk = Directory.CreateDirectory(_temp.At("disk")).FullName;
        Assert.Equal(0, (await Repository.Run("mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", disk)).Code);
        _mounted = disk;
        var data = Path.Combine(disk, "data");
        List<string> acknowledged = [], refused = [];
        await using (var platform = await RunningPlatform.Start(data: data))
        {
            using var raw = new Raw(platform.Door, await platform.Enter((await platform.DemoVisit()).Patient));
            for (var number = 0; number < 3; number++) await Write(raw, acknowledged, refused);
            Assert.Empty(refused);

            var filler = Path.Combine(disk, "filler");
            Fill(filler);
            await Eventually.True("what cannot be kept is refused", async () =>
            {
                Fill(filler); // what a checkpoint gave back
                await Write(raw, acknowledged, refused);
                return refused.Count >= 3;
            }, () => Task.FromResult(platform.Log));
            var read = await raw.Ask(HttpMethod.Get, "/messages");
            Assert.True(read.Status == 503 && !read.Body.Contains("Ignaz", StringComparison.Ordinal), $"{read.Status}: without an audit row nothing is shown");

            File.Delete(filler);
            await Eventually.True("it is written again", async () => await Write(raw, acknowledged, refused));
            await Shows(raw, acknowledged);
            Assert.Empty(await platform.Stop());
        }
        Console.WriteLine($"figure: full disk: {refused.Count} refused by 503, 0 of {acknowledged.Count} acknowledged lost");
        await Verifies(data);
    }

    [Fact]
    public async Task Killed_at_any_moment_it_has_each_message_once_and_takes_one_again_that_nobody_knows_of()
    {
        var (data, random) = (_temp.At("data"), new Random(7));
        List<string> acknowledged = [], refused = [];
        string? pass = null;
        for (var death = 0; death < Deaths; death++)
        {
            await using var platform = await RunningPlatform.Start(data: data);
            using var raw = new Raw(platform.Door, pass ??= await platform.Enter((await platform.DemoVisit()).Patient));
            var (before, killed) = (acknowledged.Count, false);
            var writing = Task.Run(async () =>
            {
                try { while (true) await Write(raw, acknowledged, refused); }
                catch (HttpRequestException) when (killed) { }
            });
            await Eventually.True("it takes messages", () => Task.FromResult(acknowledged.Count > before));
            await Task.Delay(random.Next(20, 400)); // not to wait for anything: the moment is the case
            killed = true;
            await RunningPlatform.Signal("KILL", platform.Pid);
            await writing;
        }
        Assert.Empty(refused);
        await using (var platform = await RunningPlatform.Start(data: data))
        {
            using var raw = new Raw(platform.Door, pass!);
            await Shows(raw, acknowledged);
            Assert.Empty(await platform.Stop());
        }
        Console.WriteLine($"figure: {Deaths} x SIGKILL in the middle of writing: 0 of {acknowledged.Count} acknowledged lost or doubled");
        await Verifies(data);
    }

    async Task<bool> Write(Raw raw, List<string> acknowledged, List<string> refused)
    {
        var (id, text) = _unsure ??= (Guid.NewGuid(), string.Create(CultureInfo.InvariantCulture, $"Ignaz {_number++:D4}."));
        var said = await raw.Ask(HttpMethod.Post, "/messages", JsonSerializer.Serialize(new { id, text }, JsonSerializerOptions.Web));
        if (said.Status == 429)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300)); // the door says to come again
            return false;
        }
        _unsure = null;
        Assert.True(said.Status is 503 or (>= 200 and < 300), $"{said}");
        (said.Status == 503 ? refused : acknowledged).Add(text);
        return said.Status != 503;
    }

    static async Task Shows(Raw raw, List<string> acknowledged)
    {
        var thread = (await raw.Ask(HttpMethod.Get, "/messages")).Body;
        foreach (var text in acknowledged) Assert.True(thread.Split(text).Length == 2, $"{text} is there {thread.Split(text).Length - 1} times");
    }

    static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var block = new byte[1 << 20]; block.Length > 0; block = new byte[block.Length / 2])
            try
            {
                while (true) file.Write(block);
            }
            catch (IOException) { } // full for blocks of this size
    }

    static async Task Verifies(string data)
    {
        var (code, told, errors) = await Repository.Run(Path.Combine(Repository.Root, "firstring"), "audit", "verify", "--data", data);
        Assert.True(code == 0, told + errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (_mounted is not null) await Repository.Run("umount", "-l", _mounted);
        _temp.Dispose();
    }
}

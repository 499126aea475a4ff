using System.Diagnostics;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>A crashed process leaves nothing of its memory behind.</summary>
public sealed class NoDumps
{
    [Fact]
    public async Task A_crash_leaves_no_core_file_though_its_parent_would_allow_one()
    {
        var data = Directory.CreateTempSubdirectory("firstring-crash-").FullName;
        try
        {
            // What is looked for can be found: the same signal to a program that refuses nothing.
            using var plain = Start("exec sleep 60", data);
            await Crash(plain);
            if (await File.ReadAllTextAsync("/proc/sys/kernel/core_pattern") is ['c', 'o', 'r', 'e', ..])
            {
                Assert.NotEmpty(Cores(data));
                foreach (var core in Cores(data)) File.Delete(core);
            }

            DoorTrust.Lay(data);
            using var server = Start($"exec '{await Repository.Server}' up --data '{data}' --port 0", data);
            var lines = server.StandardOutput;
            while (await lines.ReadLineAsync() is { } line && !line.StartsWith("ready ", StringComparison.Ordinal)) { }
            Assert.False(server.HasExited);
            Assert.Matches(@"Max core file size\s+0\s+0\s", await File.ReadAllTextAsync($"/proc/{server.Id}/limits"));
            await Crash(server);
            Assert.Empty(Cores(data));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Theory, InlineData("DOTNET_DbgEnableMiniDump"), InlineData("COMPlus_DbgEnableMiniDump")]
    public async Task It_does_not_start_where_the_runtime_would_write_dumps(string name)
    {
        using var process = Process.Start(new ProcessStartInfo(await Repository.Server, ["up", "--data", Path.GetTempPath() + "none", "--port", "0"])
        {
            RedirectStandardError = true,
            Environment = { [name] = "1" },
        })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
        Assert.Contains(name, errors, StringComparison.Ordinal);
    }

    static Process Start(string command, string folder) => Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"ulimit -c unlimited && cd '{folder}' && {command}"])
    {
        RedirectStandardOutput = true,
        Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
    })!;

    // The runtime takes the first signal for a fault of its own, finds none and gives way to the kernel's default: the second ends it.
    static async Task Crash(Process process)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        await Eventually.True("it crashed", async () =>
        {
            if (!process.HasExited) await RunningPlatform.Signal("ABRT", process.Id);
            return process.HasExited;
        });
        Assert.Equal(128 + 6, process.ExitCode);
    }

    static string[] Cores(string folder) => Directory.GetFiles(folder, "core*");
}

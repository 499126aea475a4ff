using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FirstRing.Bench.Sfu;

/// <summary>Another mode of this executable as a process of its own; one JSON line in, one JSON line out.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process process;
    private readonly SemaphoreSlim turn = new(1);

    public Child(params string[] mode)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(Child).Assembly.Location);
        }
        foreach (var word in mode)
        {
            start.ArgumentList.Add(word);
        }
        // The load comes at once: the loop must be compiled well by then, and rejitted loops would be counted as the SFU's work otherwise.
        start.Environment["DOTNET_TieredPGO"] = "1";
        start.Environment["DOTNET_gcServer"] = "0";
        process = Process.Start(start)!;
    }

    public int Id => process.Id;

    public async Task<TReply> Ask<TReply>(Ask ask, JsonTypeInfo<TReply> reply, CancellationToken stop)
    {
        await turn.WaitAsync(stop);
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(ask, BenchJson.Default.Ask).AsMemory(), stop);
            await process.StandardInput.FlushAsync(stop);
            var line = await process.StandardOutput.ReadLineAsync(stop) ?? throw new IOException("the child has gone");
            return JsonSerializer.Deserialize(line, reply) ?? throw new IOException("the child said nothing");
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(5_000))
        {
            process.Kill();
        }
        process.Dispose();
        turn.Dispose();
    }
}

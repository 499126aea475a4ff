using System.Buffers.Binary;
using System.Text;
using FirstRing.Platform.Egress;

namespace FirstRing.Platform.Uploads;

/// <summary>Asks a clamd on this machine about a file: INSTREAM of clamd(8). The file never touches the disk in clear.</summary>
public sealed class Clamd(LocalWire wire)
{
    const int Chunk = 64 * 1024, LongestAnswer = 4_096;
    static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <summary>True where it found nothing.</summary>
    /// <exception cref="IOException">It gave no verdict: cut off, too large for it, or an error of its own.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">Nobody answers.</exception>
    public async Task<bool> IsClean(byte[] content, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Within);
        try
        {
            await using var stream = await wire.Connect(limit.Token);
            await stream.WriteAsync("zINSTREAM\0"u8.ToArray(), limit.Token);
            var length = new byte[4];
            for (var at = 0; at < content.Length; at += Chunk)
            {
                var part = content.AsMemory(at, Math.Min(Chunk, content.Length - at));
                BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
                await stream.WriteAsync(length, limit.Token);
                await stream.WriteAsync(part, limit.Token);
            }
            await stream.WriteAsync(new byte[4], limit.Token);
            return Verdict(await Answer(stream, limit.Token));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException("The scanner took too long.");
        }
    }

    static async Task<string> Answer(Stream stream, CancellationToken stop)
    {
        var answer = new byte[LongestAnswer];
        var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, stop);
        return Encoding.UTF8.GetString(answer, 0, length).TrimEnd('\0', '\n');
    }

    // Only its two own words count. What it found is not kept: a signature's name can tell what was in the file.
    static bool Verdict(string answer) => answer switch
    {
        "stream: OK" => true,
        _ when answer.StartsWith("stream: ", StringComparison.Ordinal) && answer.EndsWith(" FOUND", StringComparison.Ordinal) => false,
        _ => throw new IOException("The scanner gave no verdict."),
    };
}

using System.Net;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>A form with a file in it that is sent but for its end, until told to finish.</summary>
internal sealed class Upload : HttpContent
{
    const string Boundary = "----firstring-canary";

    readonly byte[] _body;
    readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously), _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Upload(string field, string fileName, string content)
    {
        _body = System.Text.Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{field}\r\n"
            + $"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{fileName}\"\r\nContent-Type: application/octet-stream\r\n\r\n{content}");
        Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={Boundary}");
    }

    /// <summary>All but the end is on the wire.</summary>
    public Task Sent => _sent.Task;

    public void Finish() => _finish.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_body);
        await stream.FlushAsync();
        _sent.TrySetResult();
        await _finish.Task;
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"));
    }

    protected override bool TryComputeLength(out long length) => (length = 0) != 0;
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>A network that is left by a proxy alone, which connects to one port and to no other.</summary>
internal sealed class OnlyHttps : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<int, Task> _carried = [];
    readonly int _port;
    readonly Task _accepting;

    public OnlyHttps(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = Accept();
    }

    public Uri Proxy => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Ports that were asked for in vain.</summary>
    public ConcurrentBag<int> Refused { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, .. _carried.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    async Task Accept()
    {
        for (var number = 0; ; number++) _carried[number] = Carry(await _listener.AcceptSocketAsync(_stop.Token));
    }

    async Task Carry(Socket page)
    {
        using var near = new NetworkStream(page, ownsSocket: true);
        var request = new StringBuilder();
        for (var one = new byte[1]; !request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal); request.Append((char)one[0]))
            if (await near.ReadAsync(one, _stop.Token) == 0) return;
        var words = request.ToString().Split(' ');
        var port = words[0] == "CONNECT" ? int.Parse(words[1].Split(':')[^1], CultureInfo.InvariantCulture) : 0;
        if (port != _port)
        {
            Refused.Add(port);
            await near.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
            return;
        }
        using var far = new TcpClient();
        await far.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
        await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
        await Task.WhenAny(near.CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near, _stop.Token));
    }
}

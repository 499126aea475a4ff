using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>A wire between a browser and the door that a test can cut: every connection that runs over it ends at once, by reset.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentDictionary<TcpClient, TcpClient> _pairs = new();
    readonly CancellationTokenSource _stop = new();
    readonly int _to;
    readonly Task _accepting;
    volatile bool _dead;

    public TcpRelay(Uri door)
    {
        _to = door.Port;
        _listener.Start();
        Door = new Uri($"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = Accept();
    }

    public Uri Door { get; }
    public int Live => _pairs.Count;

    /// <summary>While true new connections are refused as well.</summary>
    public bool Dead { get => _dead; set { _dead = value; if (value) Cut(); } }

    public int Cut()
    {
        var cut = 0;
        foreach (var (near, far) in _pairs)
        {
            near.LingerState = new LingerOption(true, 0);
            near.Close();
            far.Close();
            cut++;
        }
        return cut;
    }

    async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient near;
            try { near = await _listener.AcceptTcpClientAsync(_stop.Token); }
            catch (OperationCanceledException) { return; }
            if (_dead) near.Close();
            else _ = Carry(near);
        }
    }

    async Task Carry(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
            _pairs[near] = far;
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near.GetStream(), _stop.Token));
        }
        catch (Exception over) when (over is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException) { }
        finally
        {
            _pairs.TryRemove(near, out _);
            near.Close();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _stop.Dispose();
    }
}

#pragma warning disable RS0030 // Sockets: the one place where the public door connects to media nodes of its own fleet
using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Door;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace FirstRing.Host;

/// <summary>
/// What comes to the public HTTPS port and does not speak HTTP: ICE by TCP as it is, and TURN inside the door's TLS (by ALPN, RFC 7443, or without any by its first byte, as browsers do).
/// It is handed to the media node that it names, as bytes (docs/media/door.md). HTTPS is looked at for one byte and goes on as ever; nothing of this holds a thread, and what waits for a slow node
/// is bounded for each stream.
/// </summary>
internal sealed class MediaDoor(MediaNodes nodes, TimeProvider clock)
{
    /// <summary>RFC 7443 §3.</summary>
    public static readonly SslApplicationProtocol Turn = new("stun.turn");

    static readonly TimeSpan
        FirstByteLimit = TimeSpan.FromSeconds(10), // as long as a TLS handshake may take
        SpeakLimit = TimeSpan.FromSeconds(30), // inside TLS, of whoever named no protocol
        GreetingLimit = TimeSpan.FromSeconds(5),
        ConnectLimit = TimeSpan.FromSeconds(2),
        StallLimit = TimeSpan.FromSeconds(10);

    // What lies between node and page can't be dropped any more when it is late.
    const int NodeBuffer = 16 * 1024, NotSent = 8 * 1024, Chunk = 4 * 1024;
    const int TcpLevel = 6, TcpNotSentLowat = 25;

    readonly Crowd _greeting = new(inAll: 1024, ofOneAddress: 64), _handed = new(inAll: 8192, ofOneAddress: 256);

    public static void Register(IServiceCollection services, DataFolder folder, ServiceAddresses? split, TimeProvider clock)
    {
        services.AddKeyedSingleton(Targets.Gateway, (provider, _) => new ContractClients(Targets.Gateway, service => split?.AddressOf(service),
            provider.GetRequiredService<LoopbackServer>(), split is null ? null : folder.TlsOf(Targets.Gateway), Contracts.ContractsJson.Default.Options, clock));
        services.AddSingleton(provider => new MediaNodes(Targets.MediaNodes(split), provider.GetRequiredKeyedService<ContractClients>(Targets.Gateway), clock));
        services.AddSingleton<MediaDoor>();
    }

    /// <summary>TLS as told, with what is media taken out before and behind it.</summary>
    public static void Around(ListenOptions listener, TlsHandshakeCallbackOptions tls)
    {
        // Made with the first connection: the server must be there before whoever calls through it.
        var door = new Lazy<MediaDoor>(listener.ApplicationServices.GetRequiredService<MediaDoor>);
        listener.Use(next => connection => door.Value.BeforeTls(connection, next));
        listener.UseHttps(tls);
        listener.Use(next => connection => door.Value.InsideTls(connection, next));
    }

    async Task BeforeTls(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await FirstByte(connection.Transport.Input, FirstByteLimit) is not { } first) return;
        await (DoorGreeting.IsFrame(first) ? Take(connection, DoorWay.Clear) : next(connection));
    }

    async Task InsideTls(ConnectionContext connection, ConnectionDelegate next)
    {
        var protocol = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        if (protocol.Span.SequenceEqual(Turn.Protocol.Span)) await Take(connection, DoorWay.Tls);
        else if (!protocol.IsEmpty) await next(connection);
        else if (await FirstByte(connection.Transport.Input, SpeakLimit) is { } first) await (DoorGreeting.IsTurn(first) ? Take(connection, DoorWay.Tls) : next(connection));
    }

    // It stays where it is, as if nobody had looked. Null when none came.
    async ValueTask<byte?> FirstByte(PipeReader input, TimeSpan within)
    {
        try
        {
            if (!input.TryRead(out var result))
            {
                using var limit = new CancellationTokenSource(within, clock);
                result = await input.ReadAsync(limit.Token);
            }
            byte? first = result.Buffer.IsEmpty ? null : result.Buffer.FirstSpan[0];
            input.AdvanceTo(result.Buffer.Start);
            return first;
        }
        catch (Exception over) when (IsOver(over))
        {
            return null;
        }
    }

    async Task Take(ConnectionContext connection, DoorWay way)
    {
        if (connection.RemoteEndPoint is not IPEndPoint from) return;
        var address = PerAddress.Subscriber(from.Address);
        try
        {
            Meeting? met = null;
            if (!_greeting.TryEnter(address)) return;
            try { met = await Greet(connection, way); }
            finally { _greeting.Leave(address); }
            if (met is null || !_handed.TryEnter(address)) return;
            try { await Hand(connection, met, RemoteAddress.Of(from.Address, from.Port) with { IsTcp = true, Door = way }); }
            finally { _handed.Leave(address); }
        }
        catch (Exception over) when (IsOver(over))
        {
            // Either side went away, or took too long: the other learns of it by the end of its connection.
        }
    }

    /// <summary>Where a stream goes, and what of it was read to find out.</summary>
    sealed record Meeting(IPEndPoint End, byte[] Key, byte[] Begun);

    async Task<Meeting?> Greet(ConnectionContext connection, DoorWay way)
    {
        using var limit = new CancellationTokenSource(GreetingLimit, clock);
        var (input, greeting, answer) = (connection.Transport.Input, new DoorGreeting(way), new byte[DoorGreeting.MostAnswered]);
        while (true)
        {
            var result = await input.ReadAsync(limit.Token);
            var begun = result.Buffer.Slice(0, long.Min(result.Buffer.Length, DoorGreeting.Most)).ToArray();
            var greeted = greeting.Look(begun, answer, out var read, out var answered);
            if (greeted == Greeted.Known)
            {
                input.AdvanceTo(result.Buffer.GetPosition(begun.Length));
                return await nodes.Find(greeting.Node, greeting.Worker, limit.Token) is var (end, key) ? new Meeting(end, key, begun) : null;
            }
            if (greeted == Greeted.Strange || greeted == Greeted.More && (result.IsCompleted || begun.Length == DoorGreeting.Most)) return null;
            if (greeted == Greeted.More) input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            else
            {
                input.AdvanceTo(result.Buffer.GetPosition(read));
                await connection.Transport.Output.WriteAsync(answer.AsMemory(0, answered), limit.Token);
            }
        }
    }

    async Task Hand(ConnectionContext connection, Meeting met, RemoteAddress client)
    {
        using var node = new Socket(met.End.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = NodeBuffer };
        using (var limit = new CancellationTokenSource(ConnectLimit, clock)) await node.ConnectAsync(met.End, limit.Token);
        connection.Features.Get<IConnectionSocketFeature>()?.Socket.SetRawSocketOption(TcpLevel, TcpNotSentLowat, BitConverter.GetBytes(NotSent));
        var begin = new byte[DoorPreamble.Length + met.Begun.Length];
        var near = (IPEndPoint)node.LocalEndPoint!;
        DoorPreamble.Write(begin, met.Key, client, RemoteAddress.Of(near.Address, near.Port));
        met.Begun.CopyTo(begin, DoorPreamble.Length);
        await Send(node, begin, connection.ConnectionClosed);

        var leaving = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, leaving);
        var ways = new[] { Up(connection.Transport.Input, node, end.Token), Down(node, connection.Transport.Output, end.Token) };
        await Task.WhenAny(ways);
        await end.CancelAsync();
        await Task.WhenAll(ways).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    async Task Up(PipeReader input, Socket node, CancellationToken end)
    {
        while (true)
        {
            var result = await input.ReadAsync(end);
            foreach (var part in result.Buffer) await Send(node, part, end);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return;
        }
    }

    static async Task Down(Socket node, PipeWriter output, CancellationToken end)
    {
        while (true)
        {
            var room = output.GetMemory(Chunk);
            var count = await node.ReceiveAsync(room[..int.Min(room.Length, Chunk)], end);
            if (count == 0) return;
            output.Advance(count);
            // Comes back once the page's side has taken most of it; until then the node waits, and drops what grows old.
            if ((await output.FlushAsync(end)).IsCompleted) return;
        }
    }

    async ValueTask Send(Socket node, ReadOnlyMemory<byte> bytes, CancellationToken end)
    {
        while (!bytes.IsEmpty)
        {
            var sending = node.SendAsync(bytes, end);
            bytes = bytes[(sending.IsCompletedSuccessfully ? sending.Result : await sending.AsTask().WaitAsync(StallLimit, clock, end))..];
        }
    }

    static bool IsOver(Exception failure) => failure is IOException or SocketException or OperationCanceledException or ObjectDisposedException or TimeoutException;

    /// <summary>Streams at once, in all and of one address (<see cref="PerAddress.Subscriber"/>).</summary>
    sealed class Crowd(int inAll, int ofOneAddress)
    {
        readonly Dictionary<string, int> _of = [];
        int _all;

        public bool TryEnter(string address)
        {
            lock (_of)
            {
                var here = _of.GetValueOrDefault(address);
                if (_all == inAll || here == ofOneAddress) return false;
                _all++;
                _of[address] = here + 1;
                return true;
            }
        }

        public void Leave(string address)
        {
            lock (_of)
            {
                _all--;
                if (--_of[address] == 0) _of.Remove(address);
            }
        }
    }
}

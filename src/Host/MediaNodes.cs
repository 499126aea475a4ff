using System.Net;
using System.Net.NetworkInformation;
using FirstRing.Contracts.Media;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;

namespace FirstRing.Host;

/// <summary>
/// The media nodes that the public door hands streams to, on the terms that they tell it over mutual TLS. Only nodes of the fleet's address book are asked, and each is connected to at the
/// address at which it showed its certificate: whatever a stranger writes into a credential, and whatever a node says of itself, the door connects to nothing else.
/// </summary>
internal sealed class MediaNodes(IReadOnlyList<Uri?> nodes, ContractClients clients, TimeProvider clock)
{
    // Strangers may name nodes as they please: that makes the door ask so often and no more.
    static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1), AskLimit = TimeSpan.FromSeconds(1);
    const int Asks = 2;

    readonly record struct Known(uint Mark, byte[] Key, IReadOnlyList<IPEndPoint?> Workers);

    readonly Known[] _known = new Known[nodes.Count];
    readonly Lock _gate = new();
    Task _asking = Task.CompletedTask;
    long _askedAt = clock.GetTimestamp() - clock.TimestampFrequency * 60;

    /// <summary>Where the worker of the node with this mark takes streams, and the node's key for doors; null when no node says that it has this mark.</summary>
    public async Task<(IPEndPoint End, byte[] Key)?> Find(uint mark, byte worker, CancellationToken stop)
    {
        // A node may have been started while it was being asked.
        for (var ask = 0; ; ask++)
        {
            if (Of(mark, worker) is { } known) return known;
            if (ask == Asks) return null;
            await Asking().WaitAsync(stop);
        }
    }

    (IPEndPoint, byte[])? Of(uint mark, byte worker)
    {
        lock (_gate)
            foreach (var one in _known)
                if (one.Key is not null && one.Mark == mark && worker < one.Workers.Count && one.Workers[worker] is { } end) return (end, one.Key);
        return null;
    }

    // Whoever waits, waits for the same.
    Task Asking()
    {
        lock (_gate) return _asking.IsCompleted ? _asking = Task.Run(AskAll) : _asking;
    }

    async Task AskAll()
    {
        if (AskAgain - clock.GetElapsedTime(_askedAt) is { Ticks: > 0 } wait) await Task.Delay(wait, clock);
        _askedAt = clock.GetTimestamp();
        Acting.As(Caller.System(Targets.Gateway));
        await Task.WhenAll(nodes.Select(async (node, at) =>
        {
            if (await Ask(node) is not { } terms) return; // what it said last still stands
            var known = new Known((uint)terms.Mark, Convert.FromBase64String(terms.Key), [.. terms.Workers.Select(worker => End(worker.Tcp, node))]);
            lock (_gate) _known[at] = known;
        }));
    }

    async Task<DoorTerms?> Ask(Uri? node)
    {
        using var limit = new CancellationTokenSource(AskLimit, clock);
        try
        {
            return (await clients.At<IMediaClient>("media", node).DoorTerms(new GetDoorTerms(), limit.Token)).Value;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or Refit.ApiException)
        {
            return null; // it is away: the next stream that names it is the retry
        }
    }

    internal static IPEndPoint? End(IReadOnlyList<string> told, Uri? node)
    {
        var ends = told.Select(IPEndPoint.Parse).ToList();
        if (!IPAddress.TryParse(node?.Host ?? "127.0.0.1", out var asked)) return null;
        // A node on this machine may be told to take media on another of its addresses.
        return ends.Find(end => end.Address.Equals(asked)) ?? (IPAddress.IsLoopback(asked) ? ends.Find(end => OwnAddresses().Contains(end.Address)) : null);
    }

    static IEnumerable<IPAddress> OwnAddresses() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address);
}

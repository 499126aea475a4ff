using System.Threading.Channels;
using FirstRing.Contracts.Signaling;

namespace FirstRing.Media.Router.Control;

/// <summary>
/// What became of participants' transports, until signaling has taken it. Bounded: when signaling is away for long, the oldest news of a participant
/// is worth nothing beside its newest.
/// </summary>
internal sealed class PeerReports
{
    private const int Capacity = 4096;
    private const int MostAtOnce = 200;

    private readonly Channel<PeerReport> waiting =
        Channel.CreateBounded<PeerReport>(new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Called by workers; never blocks.</summary>
    public void Add(PeerReport report) => waiting.Writer.TryWrite(report);

    /// <summary>Waits for news and takes what there is, in order.</summary>
    public async Task<IReadOnlyList<PeerReport>> Take(CancellationToken stop)
    {
        var taken = new List<PeerReport> { await waiting.Reader.ReadAsync(stop) };
        while (taken.Count < MostAtOnce && waiting.Reader.TryRead(out var next))
        {
            taken.Add(next);
        }
        return taken;
    }
}

using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Media.Router.Transport;

/// <summary>What a worker sends: to a relayed address it leaves wrapped, by the way its client came; to any other as it is.</summary>
internal sealed class RelayedBatch(SendBatch outgoing, TurnServer relay) : SendBatch
{
    public override Span<byte> Rent() => outgoing.Rent();

    public override void Commit(int length, in RemoteAddress to)
    {
        if (!to.IsRelayed)
        {
            outgoing.Commit(length, to);
            return;
        }
        // The same slot until it is committed.
        var wrapped = relay.Wrap(outgoing.Rent(), length, to, out var client);
        if (wrapped > 0)
        {
            outgoing.Commit(wrapped, client);
        }
    }

    public override bool TakesPictures(in RemoteAddress to) =>
        !to.IsRelayed ? outgoing.TakesPictures(to) : relay.TryFindClient(to, out var client) && outgoing.TakesPictures(client);
}

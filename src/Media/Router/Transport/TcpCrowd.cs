using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>
/// Who is connected by TCP, counted by address. Where those who have not proved themselves are too many, the one that has been silent for longest makes room:
/// a page sends its check in the instant it is connected.
/// </summary>
internal sealed class TcpCrowd(TcpLimits limits)
{
    private readonly Dictionary<ulong, int> ofAddress = [];
    private readonly LinkedList<TcpConnection> unproved = new();

    public int Count { get; private set; }

    /// <summary>The one that has waited longest for its check to come.</summary>
    public TcpConnection? Oldest => unproved.First?.Value;

    public bool MayEnter(in RemoteAddress from) => Count < limits.InAll && ofAddress.GetValueOrDefault(Key(from)) < limits.OfOneAddress;

    /// <summary>Counts a connection; returns another that has to go for it.</summary>
    public TcpConnection? Enter(TcpConnection connection)
    {
        var key = Key(connection.From);
        Count++;
        ofAddress[key] = ofAddress.GetValueOrDefault(key) + 1;
        var goes = Excess(key);
        connection.Unproved = unproved.AddLast(connection);
        return goes;
    }

    public void Prove(TcpConnection connection)
    {
        if (connection.Unproved is { } place)
        {
            unproved.Remove(place);
            connection.Unproved = null;
        }
    }

    public void Leave(TcpConnection connection)
    {
        Prove(connection);
        Count--;
        var key = Key(connection.From);
        if (--ofAddress[key] == 0)
        {
            ofAddress.Remove(key);
        }
    }

    private TcpConnection? Excess(ulong key)
    {
        var (here, first) = (0, default(TcpConnection));
        foreach (var one in unproved)
        {
            if (Key(one.From) == key)
            {
                here++;
                first ??= one;
            }
        }
        return here >= limits.UnprovedOfOneAddress ? first : unproved.Count >= limits.Unproved ? Oldest : null;
    }

    // IPv4 whole, of IPv6 the network (RFC 6177).
    private static ulong Key(in RemoteAddress address) => address.High == 0 ? address.Low : address.High;
}

using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Media.Router.Transport;

/// <summary>One accepted connection: what has come in part, and what waits to leave.</summary>
internal sealed class TcpConnection(int fd, RemoteAddress from, long openedAt)
{
    public int Fd => fd;

    /// <summary>Where its datagrams come from: the other end, or for whom the door speaks that is there.</summary>
    public RemoteAddress From { get; set; } = from;

    /// <summary>What came first has been looked at: no preamble comes any more.</summary>
    public bool HasBegun { get; set; }

    public long OpenedAt => openedAt;

    public FrameReader Incoming { get; } = new(mayBeTurn: true);

    public FrameQueue Outgoing { get; } = new();

    /// <summary>Its place among those whose first check has not come; null once it has.</summary>
    public LinkedListNode<TcpConnection>? Unproved { get; set; }

    public bool IsProved => Unproved is null;

    // Without credentials first, to be told the realm; then with a nonce, and once more where that was over.
    private const int MostQuestions = 4;

    private int asked;

    /// <summary>Who asks for a relay has to ask twice before anything can be proved.</summary>
    public bool MayAskOn() => Incoming.IsTurn && ++asked < MostQuestions;

    /// <summary>Something was queued since the last flush.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The kernel has no room now and will say when it has.</summary>
    public bool WaitsToSend { get; set; }

    public bool IsClosed { get; set; }
}

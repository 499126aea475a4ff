using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Framing;

namespace FirstRing.Media.Router.Transport;

/// <summary>One accepted connection: what has come in part, and what waits to leave.</summary>
internal sealed class TcpConnection(int fd, RemoteAddress from, long openedAt)
{
    public int Fd => fd;

    public RemoteAddress From => from;

    public long OpenedAt => openedAt;

    public FrameReader Incoming { get; } = new();

    public FrameQueue Outgoing { get; } = new();

    /// <summary>Its place among those whose first check has not come; null once it has.</summary>
    public LinkedListNode<TcpConnection>? Unproved { get; set; }

    public bool IsProved => Unproved is null;

    /// <summary>Something was queued since the last flush.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The kernel has no room now and will say when it has.</summary>
    public bool WaitsToSend { get; set; }

    public bool IsClosed { get; set; }
}

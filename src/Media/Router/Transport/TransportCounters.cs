namespace FirstRing.Media.Router.Transport;

/// <summary>What one port has moved. Written by its worker alone; other threads read a slightly old value once a second.</summary>
internal sealed class TransportCounters
{
    public long Received;
    public long Sent;
    public long Flushes;
    public long Dropped;
    public long Oversized;
    public long SocketErrors;
    public long Faults;
    /// <summary>TCP connections that are open now, proved or not.</summary>
    public long Connections;
    public long Accepted;
    /// <summary>Closed by us: too many, too slow, or what came first was no check of ours.</summary>
    public long Refused;
    /// <summary>Handed over by the public door.</summary>
    public long ByDoor;
    public long FramesReceived;
    /// <summary>Pictures, and very late sound, that a connection was too slow for.</summary>
    public long FramesDropped;
}

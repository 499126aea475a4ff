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
}

namespace FirstRing.Media.Router.Workers;

/// <summary>What a worker has seen. Written by its thread alone; others read a slightly old value.</summary>
internal sealed class WorkerCounters
{
    public long Datagrams;
    /// <summary>Datagrams from addresses that nobody has proved to own.</summary>
    public long UnknownSources;
    public long Malformed;
    /// <summary>Checks with a fragment or password that is not ours, that is over, or for which there is no room.</summary>
    public long RefusedChecks;
    /// <summary>Packets that came from a publisher and went to at least one place.</summary>
    public long MediaIn;
    /// <summary>Copies sent.</summary>
    public long Forwarded;
    public int Peers;
    public int Calls;
}

namespace FirstRing.Bench.Sfu;

/// <summary>What the bench asks of a server that runs on core 0: ours, or a rival.</summary>
internal interface ISfu : IAsyncDisposable
{
    /// <summary>The process that is measured.</summary>
    int Process { get; }

    /// <summary>PeerConnections that one participant of a room takes.</summary>
    int ConnectionsEach { get; }

    /// <summary>Brings four people of the load client into a new room, each of whom sends a microphone and a camera and sees the three others.</summary>
    Task Open(int room, Child client, CancellationToken stop);

    /// <summary>What only the server itself can tell.</summary>
    Task<ServerFigures> Figures(CancellationToken stop);
}

using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Router.Rooms;

namespace FirstRing.Media.Router.Workers;

/// <summary>What a peer's DTLS says on its own threads, handed to the worker. News that finds the inbox full is lost; DTLS then repeats or times out.</summary>
internal sealed class DtlsEvents(Worker worker) : IDtlsSink
{
    /// <summary>Set before the association can be opened.</summary>
    internal Connection? Connection { get; set; }

    public void Send(ReadOnlySpan<byte> datagram) => worker.Post(new DtlsDatagram(Connection!, datagram.ToArray()));

    public void Connected(DtlsKeys keys) => worker.Post(new DtlsFinished(Connection!, keys));

    public void Failed(string reason) => worker.Post(new DtlsEnded(Connection!, hasFailed: true));

    public void Closed() => worker.Post(new DtlsEnded(Connection!, hasFailed: false));
}

internal sealed class DtlsDatagram(Connection connection, byte[] bytes) : WorkerCommand
{
    internal Connection Connection => connection;
    internal byte[] Bytes => bytes;
}

internal sealed class DtlsFinished(Connection connection, DtlsKeys keys) : WorkerCommand
{
    internal Connection Connection => connection;
    internal DtlsKeys Keys => keys;
}

internal sealed class DtlsEnded(Connection connection, bool hasFailed) : WorkerCommand
{
    internal Connection Connection => connection;
    internal bool HasFailed => hasFailed;
}

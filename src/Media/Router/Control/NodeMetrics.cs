using System.Diagnostics.Metrics;

namespace FirstRing.Media.Router.Control;

/// <summary>The node's counters for whoever collects them. They are read when asked for, never written per packet, and carry no call or person.</summary>
internal sealed class NodeMetrics : IDisposable
{
    private readonly Meter meter = new("FirstRing.Media");

    public NodeMetrics(MediaNode node)
    {
        Sum("media.datagrams.received", () => node.Threads.Sum(thread => thread.Port.Counters.Received));
        Sum("media.datagrams.sent", () => node.Threads.Sum(thread => thread.Port.Counters.Sent));
        Sum("media.datagrams.dropped", () => node.Threads.Sum(thread => thread.Port.Counters.Dropped + thread.Port.Counters.Oversized));
        Sum("media.send.calls", () => node.Threads.Sum(thread => thread.Port.Counters.Flushes));
        Sum("media.socket.errors", () => node.Threads.Sum(thread => thread.Port.Counters.SocketErrors));
        Sum("media.worker.faults", () => node.Threads.Sum(thread => thread.Port.Counters.Faults));
        Sum("media.tcp.accepted", () => node.Threads.Sum(thread => thread.Port.Counters.Accepted));
        Sum("media.tcp.refused", () => node.Threads.Sum(thread => thread.Port.Counters.Refused));
        Sum("media.tcp.by-door", () => node.Threads.Sum(thread => thread.Port.Counters.ByDoor));
        Sum("media.tcp.frames.received", () => node.Threads.Sum(thread => thread.Port.Counters.FramesReceived));
        Sum("media.tcp.frames.dropped", () => node.Threads.Sum(thread => thread.Port.Counters.FramesDropped));
        Sum("media.packets.forwarded", () => node.Workers.Sum(worker => worker.Counters.Forwarded));
        Sum("media.recording.chunks", () => node.Disk?.Chunks ?? 0);
        Sum("media.recording.failed", () => node.Disk?.Failed ?? 0);
        Sum("media.turn.allocated", () => node.Relays.Sum(relay => relay.Counters.Made));
        Sum("media.turn.challenged", () => node.Relays.Sum(relay => relay.Counters.Challenged));
        Sum("media.turn.refused", () => node.Relays.Sum(relay => relay.Counters.Refused + relay.Counters.Unanswered));
        Sum("media.turn.forbidden", () => node.Relays.Sum(relay => relay.Counters.Forbidden));
        Sum("media.turn.datagrams", () => node.Relays.Sum(relay => relay.Counters.In + relay.Counters.Out));
        Sum("media.turn.dropped", () => node.Relays.Sum(relay => relay.Counters.OverRate + relay.Counters.Malformed));
        meter.CreateObservableGauge("media.turn.allocations", () => node.Relays.Sum(relay => relay.Counters.Allocations));
        meter.CreateObservableGauge("media.peers", () => node.Workers.Sum(worker => worker.Counters.Peers));
        meter.CreateObservableGauge("media.tcp.connections", () => node.Threads.Sum(thread => thread.Port.Counters.Connections));
    }

    public void Dispose() => meter.Dispose();

    private void Sum(string name, Func<long> read) => meter.CreateObservableCounter(name, read);
}

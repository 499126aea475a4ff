using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Router.Transport;

namespace FirstRing.Bench.Load;

/// <summary>The one thread that plays all participants: receives in batches, sends what is due, counts what comes, and opens one packet in so many for its latency.</summary>
internal sealed unsafe class LoadLoop : IDisposable
{
    private const long ScanMicros = 250;

    private readonly LoadSocket socket = new();
    private readonly ConcurrentQueue<LoadPeer> joining = new();
    private readonly List<LoadPeer> peers = [];
    private readonly Thread thread;
    private readonly int openEvery;
    private LoadPeer?[] byIndex = new LoadPeer?[4096];
    private volatile bool stopping;
    private volatile int speaking;
    private int started;
    private long nextScan;

    public LoadLoop(int openEvery)
    {
        this.openEvery = openEvery;
        thread = new Thread(Run) { IsBackground = true, Name = "load" };
        thread.Start();
    }

    public ConcurrentQueue<(LoadPeer, byte[])> DtlsOut { get; } = new();

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Read by others while the loop runs: slightly old values do.</summary>
    public long Received;
    public long Sent;
    public bool Measuring { get; set; }
    public Exception? Fault { get; private set; }

    public void Join(LoadPeer peer) => joining.Enqueue(peer);

    /// <summary>The first so many participants send from now on.</summary>
    public void Speak(int participants) => speaking = participants;

    public void Dispose()
    {
        stopping = true;
        thread.Join();
        foreach (var peer in peers)
        {
            peer.Dispose();
        }
        socket.Dispose();
    }

    private static long Now() => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    private void Run()
    {
        try
        {
            while (!stopping)
            {
                Admit();
                var got = Receive();
                var due = Send(Now());
                socket.Flush();
                if (got == 0)
                {
                    Wait(due - Now());
                }
            }
        }
        catch (Exception fault)
        {
            Fault = fault;
        }
    }

    private void Admit()
    {
        while (joining.TryDequeue(out var peer))
        {
            peers.Add(peer);
            if (peer.Index >= byIndex.Length)
            {
                Array.Resize(ref byIndex, byIndex.Length * 2);
            }
            byIndex[peer.Index] = peer;
        }
        while (DtlsOut.TryDequeue(out var datagram))
        {
            datagram.Item2.CopyTo(socket.Rent());
            socket.Commit(datagram.Item2.Length, datagram.Item1.Source, datagram.Item1.Server, datagram.Item1.ServerPort);
        }
    }

    private long Send(long now)
    {
        // Looking at every participant in each turn would cost more than the packets; the stamp is taken when a packet is written, so pacing is not latency.
        if (now < nextScan)
        {
            return nextScan;
        }
        nextScan = now + ScanMicros;
        var due = now + 5_000;
        var speakers = Math.Min(speaking, peers.Count);
        long sent = 0;
        for (var i = 0; i < peers.Count; i++)
        {
            var peer = peers[i];
            var check = peer.WriteCheck(socket.Rent(), now);
            if (check > 0)
            {
                socket.Commit(check, peer.Source, peer.Server, peer.ServerPort);
            }
            if (i < speakers && peer.Connected)
            {
                if (i >= started)
                {
                    peer.Script.Start(now);
                }
                peer.Script.Send(socket, now);
                due = Math.Min(due, peer.Script.NextDue);
            }
            sent += peer.Script.Sent;
        }
        started = speakers;
        Volatile.Write(ref Sent, sent);
        return Math.Max(due, nextScan);
    }

    private int Receive()
    {
        var count = socket.Receive();
        for (var i = 0; i < count; i++)
        {
            var bytes = socket.Datagram(i, out var destination);
            var index = (int)(destination - 0x7F01_0000u);
            if ((uint)index < (uint)byIndex.Length && byIndex[index] is { } peer)
            {
                Take(peer, bytes);
            }
        }
        return count;
    }

    private void Take(LoadPeer peer, Span<byte> bytes)
    {
        switch (Demux.Classify(bytes))
        {
            case DatagramKind.Rtp when (bytes[1] & 0x7F) == MediaLayout.Vp8RtxPayload:
                break; // nothing is asked for again, so this is a probe's padding
            case DatagramKind.Rtp:
                Received++;
                if (++peer.Received % openEvery == 0)
                {
                    Open(peer, bytes);
                }
                break;
            case DatagramKind.Rtcp when peer.Connected && peer.Receiver!.TryUnprotectRtcp(bytes, out var length):
                Feedback(peer, bytes[..length]);
                break;
            case DatagramKind.Stun:
                peer.OnStun(bytes);
                break;
            case DatagramKind.Dtls:
                peer.OnDtls(bytes);
                break;
        }
    }

    private void Open(LoadPeer peer, Span<byte> bytes)
    {
        if (!peer.Connected || !peer.Receiver!.TryUnprotectRtp(bytes, out var length))
        {
            peer.Broken++;
            return;
        }
        peer.Opened++;
        if (Measuring)
        {
            var ticks = Stopwatch.GetTimestamp() - BinaryPrimitives.ReadInt64LittleEndian(bytes[(length - 8)..]);
            Latency.Record(ticks / (Stopwatch.Frequency / 1_000_000));
        }
    }

    private static void Feedback(LoadPeer peer, ReadOnlySpan<byte> bytes)
    {
        if (!RtcpCompound.TryRead(bytes, out var compound))
        {
            return;
        }
        foreach (var packet in compound)
        {
            if (Pli.TryRead(packet, out _))
            {
                peer.PlisSeen++;
                peer.Script.KeyframeWanted = true;
            }
            else if (Nack.TryRead(packet, out _))
            {
                peer.NacksSeen++;
            }
        }
    }

    private void Wait(long micros)
    {
        if (micros <= 0)
        {
            return;
        }
        var entry = new PollEntry { Fd = socket.Fd, Events = Libc.PollIn };
        var time = new TimeSpec { Nanoseconds = Math.Min(micros, 5_000) * 1000 };
        _ = Libc.PPoll(&entry, 1, &time, null);
    }
}

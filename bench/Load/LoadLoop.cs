using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Router.Transport;

namespace FirstRing.Bench.Load;

/// <summary>The one thread that plays all participants: receives in batches, sends what is due, counts what comes, and opens one packet in so many for its latency.</summary>
internal sealed unsafe class LoadLoop : IDisposable
{
    private const long ScanMicros = 250;
    // At the full rate as our own receivers do, a browser's default; it waits longer where less comes, 250 ms at most.
    private const long MostFeedbackMicros = 250_000;

    private readonly LoadSocket socket = new();
    private readonly ConcurrentQueue<LoadPeer> joining = new();
    private readonly List<LoadPeer> peers = [];
    private readonly List<LoadPeer> senders = [];
    private readonly PriorityQueue<LoadPeer, long> due = new();
    private readonly Queue<(LoadPeer Peer, long At)> feedback = new(); // their wait is the same for all, so they come due in order
    private readonly Thread thread;
    private readonly int openEvery;
    private readonly bool reports;
    private LoadPeer?[] byIndex = new LoadPeer?[4096];
    private volatile bool stopping;
    private volatile Speech wanted = new(0, 1);
    private Speech current = new(0, 1);
    private long nextScan;

    /// <param name="openEvery">One packet in so many is opened.</param>
    /// <param name="reports">It tells what came, as a browser does; who never reports is sent everything at once.</param>
    public LoadLoop(int openEvery, bool reports = false)
    {
        (this.openEvery, this.reports) = (openEvery, reports);
        thread = new Thread(Run) { IsBackground = true, Name = "load" };
        thread.Start();
    }

    public ConcurrentQueue<(LoadPeer, byte[])> DtlsOut { get; } = new();

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Read by others while the loop runs: slightly old values do.</summary>
    public long Received;
    public long Sent;
    public long Feedbacks;
    public bool Measuring { get; set; }
    public Exception? Fault { get; private set; }

    public void Join(LoadPeer peer) => joining.Enqueue(peer);

    /// <summary>The port that all participants send from.</summary>
    public int Port => socket.Port;

    /// <summary>The first so many of those who can send do from now on, so many times slower than a person.</summary>
    public void Speak(int participants, int slower = 1) => wanted = new Speech(participants, slower);

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
            if (peer.Sends)
            {
                peer.Turn = senders.Count;
                senders.Add(peer);
            }
            while (peer.Index >= byIndex.Length)
            {
                Array.Resize(ref byIndex, byIndex.Length * 2);
            }
            byIndex[peer.Index] = peer;
            due.Enqueue(peer, 0);
        }
        while (DtlsOut.TryDequeue(out var datagram))
        {
            datagram.Item2.CopyTo(socket.Rent());
            socket.Commit(datagram.Item2.Length, datagram.Item1.Source, datagram.Item1.Server, datagram.Item1.ServerPort);
        }
    }

    private long Send(long now)
    {
        // Looking at who is due in each turn would cost more than the packets; the stamp is taken when a packet is written, so pacing is not latency.
        if (now < nextScan)
        {
            return nextScan;
        }
        nextScan = now + ScanMicros;
        if (wanted != current)
        {
            Change(wanted);
        }
        while (due.TryPeek(out var peer, out var at) && at <= now)
        {
            due.DequeueEnqueue(peer, Act(peer, now));
        }
        while (feedback.TryPeek(out var waiting) && waiting.At <= now)
        {
            feedback.Dequeue();
            for (int length; (length = waiting.Peer.WriteFeedback(socket.Rent())) > 0;)
            {
                Commit(waiting.Peer, length);
                Feedbacks++;
            }
        }
        return Math.Max(due.TryPeek(out _, out var next) ? Math.Min(next, now + 5_000) : now + 5_000, nextScan);
    }

    // Everybody looks anew at whether it is their turn.
    private void Change(Speech speech)
    {
        current = speech;
        due.Clear();
        foreach (var peer in peers)
        {
            peer.Script.Stop();
            due.Enqueue(peer, 0);
        }
    }

    /// <summary>Does what is due for a participant; when it wants to be looked at again.</summary>
    private long Act(LoadPeer peer, long now)
    {
        var next = long.MaxValue;
        if (peer.WriteCheck(socket.Rent(), now) is > 0 and var check)
        {
            Commit(peer, check);
        }
        if (reports && peer.WriteReport(socket.Rent(), now) is > 0 and var report)
        {
            Commit(peer, report);
        }
        if (peer.Sends && peer.Connected && peer.Turn < current.Participants)
        {
            if (!peer.Script.IsRunning)
            {
                peer.Script.Start(now, current.Slower);
            }
            var before = peer.Script.Sent;
            peer.Script.Send(socket, now);
            Volatile.Write(ref Sent, Sent + peer.Script.Sent - before);
            next = peer.Script.NextDue;
        }
        return Math.Min(next, peer.NextDue(reports, now));
    }

    private void Commit(LoadPeer peer, int length) => socket.Commit(length, peer.Source, peer.Server, peer.ServerPort);

    private int Receive()
    {
        var count = socket.Receive();
        var now = count > 0 ? Now() : 0;
        for (var i = 0; i < count; i++)
        {
            var bytes = socket.Datagram(i, out var destination);
            var index = (int)(destination - 0x7F01_0000u);
            if ((uint)index < (uint)byIndex.Length && byIndex[index] is { } peer)
            {
                Take(peer, bytes, now);
            }
        }
        return count;
    }

    private void Take(LoadPeer peer, Span<byte> bytes, long now)
    {
        switch (Demux.Classify(bytes))
        {
            case DatagramKind.Rtp:
                TakeMedia(peer, bytes, now);
                break;
            case DatagramKind.Rtcp when peer.Connected && peer.Receiver!.TryUnprotectRtcp(bytes, out var length):
                TakeFeedback(peer, bytes[..length], now);
                break;
            case DatagramKind.Stun:
                if (peer.OnStun(bytes, socket.Rent()) is > 0 and var answer)
                {
                    Commit(peer, answer);
                }
                break;
            case DatagramKind.Dtls:
                peer.OnDtls(bytes);
                break;
        }
    }

    private void TakeMedia(LoadPeer peer, Span<byte> bytes, long now)
    {
        var isRepair = peer.IsRepair(bytes[1] & 0x7F);
        if (reports && peer.Connected && peer.Reports.Note(bytes, isRepair, now))
        {
            feedback.Enqueue((peer, now + Math.Min(MostFeedbackMicros, ArrivalLog.Interval * current.Slower)));
        }
        // Nothing is asked for again, so what repairs is a probe's padding.
        if (isRepair)
        {
            return;
        }
        Received++;
        if (++peer.Received % openEvery == 0)
        {
            Open(peer, bytes);
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

    private static void TakeFeedback(LoadPeer peer, ReadOnlySpan<byte> bytes, long now)
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
            else if (SenderReport.TryRead(packet, out var report))
            {
                peer.Reports.OnSenderReport(report, now);
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

    private sealed record Speech(int Participants, int Slower);
}

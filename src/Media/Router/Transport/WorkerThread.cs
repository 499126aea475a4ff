using System.Diagnostics;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>
/// The thread of one worker: read a batch, let the worker answer into the outgoing slots, flush, and only then wait. No timer stands between a packet
/// and its copies. Nothing that comes from outside ends this loop: a fault costs the datagram that caused it.
/// </summary>
internal sealed class WorkerThread : IDisposable
{
    // Before other sockets and the clock get their turn.
    private const int BatchesInARow = 4;

    private readonly Worker worker;
    private readonly Thread thread;
    private readonly int core;
    private volatile bool stopping;
    private long busyTicks;

    public WorkerThread(Worker worker, UdpPort port, TcpPort tcp, int index, int core = -1)
    {
        this.worker = worker;
        this.core = core;
        (Port, Tcp) = (port, tcp);
        port.Outgoing.Tcp = tcp;
        port.Watch(tcp.Fd);
        tcp.Taken = Take;
        tcp.Gone = path => worker.OnPathGone(path, Now());
        worker.Wake = port.Wake.Set;
        thread = new Thread(Run) { IsBackground = true, Name = $"media-{index}", Priority = ThreadPriority.AboveNormal };
    }

    public UdpPort Port { get; }

    public TcpPort Tcp { get; }

    /// <summary>Time not spent waiting, since the start.</summary>
    public TimeSpan Busy => TimeSpan.FromSeconds(Volatile.Read(ref busyTicks) / (double)Stopwatch.Frequency);

    public Exception? LastFault { get; private set; }

    public void Start() => thread.Start();

    public void Dispose()
    {
        stopping = true;
        Port.Wake.Set();
        if ((thread.ThreadState & System.Threading.ThreadState.Unstarted) == 0)
        {
            thread.Join();
        }
        Port.Dispose();
        Tcp.Dispose();
    }

    /// <summary>Microseconds of the clock that workers are told the time by.</summary>
    public static long Now() => Micros(Stopwatch.GetTimestamp());

    private static long Micros(long ticks) => ticks / (Stopwatch.Frequency / 1_000_000);

    private void Run()
    {
        if (core >= 0)
        {
            Pin(core);
        }
        Func<RemoteAddress, bool> isKnown = path => worker.Knows(path);
        var woke = Stopwatch.GetTimestamp();
        var deadline = Micros(woke);
        while (!stopping)
        {
            var more = false;
            for (var local = 0; local < Port.Locals; local++)
            {
                more |= Port.IsReady(local) && Drain(local);
            }
            more |= Port.IsWatchedReady && Turn();
            var ticks = Stopwatch.GetTimestamp();
            var now = Micros(ticks);
            if (worker.HasPosted || now >= deadline)
            {
                deadline = Tick(now);
                Tcp.Sweep(now, isKnown);
            }
            if (!more)
            {
                Volatile.Write(ref busyTicks, busyTicks + Stopwatch.GetTimestamp() - woke);
                Port.Wait(worker.HasPosted ? 0 : deadline - now);
                woke = Stopwatch.GetTimestamp();
            }
        }
        // What was posted last, such as a close_notify, still leaves.
        Tick(Now());
    }

    // True when the last batch was full, so that there is probably more.
    private bool Drain(int local)
    {
        for (var batch = 0; batch < BatchesInARow; batch++)
        {
            var count = Port.Receive(local);
            var now = Micros(Stopwatch.GetTimestamp());
            for (var i = 0; i < count; i++)
            {
                Take(i, now);
            }
            Port.Outgoing.Flush();
            if (!UdpPort.Filled(count))
            {
                return false;
            }
        }
        return true;
    }

    private bool Turn()
    {
        var more = Tcp.Turn();
        Port.Outgoing.Flush();
        return more;
    }

    private bool Take(Span<byte> frame, in RemoteAddress from)
    {
        try
        {
            worker.OnDatagram(frame, from, Now());
        }
        catch (Exception fault)
        {
            Note(fault);
        }
        return worker.Knows(from);
    }

    private void Take(int index, long now)
    {
        try
        {
            if (Port.Datagram(index, out var bytes, out var from))
            {
                worker.OnDatagram(bytes, from, now);
            }
        }
        catch (Exception fault)
        {
            Note(fault);
        }
    }

    private long Tick(long now)
    {
        try
        {
            return worker.OnTick(now);
        }
        catch (Exception fault)
        {
            Note(fault);
            return now + 10_000;
        }
        finally
        {
            Port.Outgoing.Flush();
        }
    }

    private void Note(Exception fault)
    {
        Port.Counters.Faults++;
        LastFault = fault;
    }

    private static unsafe void Pin(int core)
    {
        var mask = 1ul << core;
        _ = Libc.SetAffinity(0, sizeof(ulong), &mask);
    }
}

namespace FirstRing.Media.Router.Dtls;

/// <summary>
/// Threads for blocking handshakes. Their own, so that a storm of joins after a node's death starves neither the thread pool nor the media workers;
/// few and small-stacked, because a stalled client holds one for the whole handshake timeout.
/// </summary>
internal sealed class HandshakePool : IDisposable
{
    private const int StackBytes = 256 * 1024;

    private readonly Queue<Action> waiting = new();
    private readonly List<Thread> threads = [];
    private readonly int maxThreads;
    private readonly int maxWaiting;
    private int idle, running;
    private bool stopped;

    public HandshakePool(int maxThreads = 32, int maxWaiting = 1024) => (this.maxThreads, this.maxWaiting) = (maxThreads, maxWaiting);

    /// <summary>Handshakes that a thread has taken up and not yet put down.</summary>
    public int Running
    {
        get
        {
            lock (waiting)
            {
                return running;
            }
        }
    }

    /// <summary>False when the queue is full: the caller fails the handshake at once and the client comes again.</summary>
    public bool TryRun(Action handshake)
    {
        lock (waiting)
        {
            if (stopped || waiting.Count >= maxWaiting)
            {
                return false;
            }
            waiting.Enqueue(handshake);
            if (idle < waiting.Count && threads.Count < maxThreads)
            {
                var thread = new Thread(Work, StackBytes) { IsBackground = true, Name = "dtls-handshake" };
                threads.Add(thread);
                thread.Start();
            }
            Monitor.Pulse(waiting);
            return true;
        }
    }

    /// <summary>Stops taking work; running handshakes must have been aborted by their owners.</summary>
    public void Dispose()
    {
        lock (waiting)
        {
            stopped = true;
            waiting.Clear();
            Monitor.PulseAll(waiting);
        }
        foreach (var thread in threads)
        {
            thread.Join(TimeSpan.FromSeconds(2));
        }
    }

    private void Work()
    {
        while (Next() is { } handshake)
        {
            try
            {
                handshake();
            }
            catch (Exception)
            {
                // A handshake reports its own failure; whatever still escapes must not cost the pool a thread.
            }
            lock (waiting)
            {
                running--;
            }
        }
    }

    private Action? Next()
    {
        lock (waiting)
        {
            idle++;
            while (waiting.Count == 0 && !stopped)
            {
                Monitor.Wait(waiting);
            }
            idle--;
            if (stopped)
            {
                return null;
            }
            running++;
            return waiting.Dequeue();
        }
    }
}

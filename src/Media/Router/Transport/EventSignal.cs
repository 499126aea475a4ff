namespace FirstRing.Media.Router.Transport;

/// <summary>An eventfd: lets any thread wake a worker that is waiting in ppoll. Setting it twice costs one write.</summary>
internal sealed unsafe class EventSignal : IDisposable
{
    private int set;
    private int fd = Libc.EventFd(0, Libc.EfdNonBlock | Libc.EfdCloExec);

    public EventSignal()
    {
        if (fd < 0)
        {
            throw new IOException("eventfd failed");
        }
    }

    public int Fd => fd;

    public void Set()
    {
        if (Interlocked.Exchange(ref set, 1) == 0)
        {
            ulong one = 1;
            _ = Libc.Write(fd, &one, sizeof(ulong));
        }
    }

    /// <summary>Called by the woken thread before it looks at what woke it, so that a signal raised meanwhile is not lost.</summary>
    public void Clear()
    {
        ulong count;
        _ = Libc.Read(fd, &count, sizeof(ulong));
        Interlocked.Exchange(ref set, 0);
    }

    public void Dispose()
    {
        if (fd >= 0)
        {
            _ = Libc.Close(fd);
            fd = -1;
        }
    }
}

using System.Runtime.InteropServices;

namespace FirstRing.Media.Router.Transport;

/// <summary>A level-triggered epoll over descriptors. Its own descriptor is readable while one of them has something.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int Most = 64;

    // struct epoll_event is packed on x86-64 alone.
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int FdAt = Size - 8;

    private readonly byte* events = (byte*)NativeMemory.AllocZeroed((nuint)(Most * Size));

    public Epoll()
    {
        Fd = Libc.EpollCreate(Libc.EpollCloExec);
        if (Fd < 0)
        {
            throw new IOException("epoll_create1 failed");
        }
    }

    public int Fd { get; private set; }

    public static bool Filled(int count) => count == Most;

    public void Add(int fd, uint interest) => Control(Libc.EpollAdd, fd, interest);

    public void Change(int fd, uint interest) => Control(Libc.EpollModify, fd, interest);

    public void Remove(int fd) => Control(Libc.EpollDelete, fd, 0);

    /// <summary>Looks without waiting; how many have something.</summary>
    public int Look() => int.Max(0, Libc.EpollWait(Fd, events, Most, 0));

    public (int Fd, uint What) this[int index] => (*(int*)(events + index * Size + FdAt), *(uint*)(events + index * Size));

    public void Dispose()
    {
        if (Fd >= 0)
        {
            _ = Libc.Close(Fd);
            Fd = -1;
            NativeMemory.Free(events);
        }
    }

    private void Control(int operation, int fd, uint interest)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = interest;
        *(long*)(entry + FdAt) = fd;
        _ = Libc.EpollControl(Fd, operation, fd, entry);
    }
}

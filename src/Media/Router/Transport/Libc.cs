using System.Runtime.InteropServices;

namespace FirstRing.Media.Router.Transport;

/// <summary>The few Linux calls a media worker makes. .NET has no recvmmsg/sendmmsg, and one call per packet costs three to four times as much.</summary>
internal static unsafe partial class Libc
{
    public const int AfInet = 2, AfInet6 = 10, SockDgram = 2, SockNonBlock = 0x800, SockCloExec = 0x80000;
    public const int SolSocket = 1, SoSndBuf = 7, SoRcvBuf = 8, IpProtoIpv6 = 41, Ipv6V6Only = 26;
    public const int SockStream = 1, SoReuseAddr = 2, IpProtoTcp = 6, TcpNoDelay = 1, TcpUserTimeout = 18, TcpNotSentLowat = 25;
    public const int MsgDontWait = 0x40, MsgTrunc = 0x20, MsgNoSignal = 0x4000;
    public const int EpollCloExec = 0x80000, EpollAdd = 1, EpollDelete = 2, EpollModify = 3;
    public const uint EpollIn = 1, EpollOut = 4;
    public const int EfdNonBlock = 0x800, EfdCloExec = 0x80000;
    public const short PollIn = 1;
    public const int Eintr = 4, Eagain = 11, Econnaborted = 103;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int fd, byte* address, uint* length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, byte* interest);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int most, int timeoutMillis);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSockName(int fd, byte* address, uint* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSockOpt(int fd, int level, int name, int* value, uint length);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int RecvMmsg(int fd, MessageHeader* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMmsg(int fd, MessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int PPoll(PollEntry* entries, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint size, ulong* mask);
}

/// <summary>struct mmsghdr of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameLength;
    public Segment* Segments;
    public nuint SegmentCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
    private readonly int msghdrEnd;
    public uint Length;
    private readonly int mmsghdrEnd;
}

/// <summary>struct iovec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Segment
{
    public byte* Start;
    public nuint Length;
}

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Fd;
    public short Events;
    public short Returned;
}

/// <summary>struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

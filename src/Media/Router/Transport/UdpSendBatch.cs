using System.Runtime.InteropServices;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>Outgoing datagrams of one worker, written in place and handed to the kernel 64 at a time.</summary>
internal sealed unsafe class UdpSendBatch : SendBatch, IDisposable
{
    private const int Capacity = 64;

    private readonly MessageSlab slab = new(Capacity);
    private readonly byte[] locals = new byte[Capacity];
    private readonly int[] fds;
    private readonly TransportCounters counters;
    private int count;

    public UdpSendBatch(int[] fds, TransportCounters counters) => (this.fds, this.counters) = (fds, counters);

    /// <summary>Takes what leaves by a TCP path.</summary>
    public TcpPort? Tcp { get; set; }

    public override bool TakesPictures(in RemoteAddress to) => !to.IsTcp || Tcp?.TakesPictures(to) == true;

    public override Span<byte> Rent()
    {
        if (count == Capacity)
        {
            Flush();
        }
        return slab.Slot(count);
    }

    public override void Commit(int length, in RemoteAddress to)
    {
        if (to.IsTcp)
        {
            // Copied into the connection's queue: the slot is free again.
            Tcp?.Add(slab.Slot(count)[..length], to);
            return;
        }
        var header = slab.Headers + count;
        header->NameLength = SocketAddresses.Write(to, header->Name);
        slab.SetLength(count, length);
        locals[count++] = to.Local;
    }

    /// <summary>Sends everything. A datagram the kernel will not take now is dropped and counted: late media is worth less than a stalled worker.</summary>
    public void Flush()
    {
        var sent = 0;
        while (sent < count)
        {
            var local = locals[sent];
            var end = sent + 1;
            while (end < count && locals[end] == local)
            {
                end++;
            }
            Send(fds[local < fds.Length ? local : 0], sent, end);
            sent = end;
        }
        count = 0;
        Tcp?.Flush();
    }

    public void Dispose() => slab.Dispose();

    private void Send(int fd, int from, int end)
    {
        while (from < end)
        {
            counters.Flushes++;
            var done = Libc.SendMmsg(fd, slab.Headers + from, (uint)(end - from), Libc.MsgDontWait);
            if (done > 0)
            {
                counters.Sent += done;
                from += done;
                continue;
            }
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.Eintr:
                    break;
                case Libc.Eagain:
                    counters.Dropped += end - from;
                    return;
                default:
                    // The first of the batch failed by itself (unreachable, refused, filtered); the others may be fine.
                    counters.SocketErrors++;
                    counters.Dropped++;
                    from++;
                    break;
            }
        }
    }
}

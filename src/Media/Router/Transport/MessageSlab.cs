using System.Runtime.InteropServices;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>A fixed number of packet slots with the mmsghdr, iovec and sockaddr arrays over them, allocated once outside the managed heap.</summary>
internal sealed unsafe class MessageSlab : IDisposable
{
    // 1,200-byte media, 1,500-byte Ethernet and room for SRTP tags: nothing valid is larger.
    public const int SlotBytes = SendBatch.SlotBytes;

    private readonly byte* slots;
    private readonly byte* names;
    private readonly Segment* segments;
    private bool disposed;

    public MessageSlab(int count)
    {
        Count = count;
        slots = (byte*)NativeMemory.AlignedAlloc((nuint)(count * SlotBytes), 4096);
        names = (byte*)NativeMemory.AllocZeroed((nuint)(count * SocketAddresses.Room));
        segments = (Segment*)NativeMemory.AllocZeroed((nuint)(count * sizeof(Segment)));
        Headers = (MessageHeader*)NativeMemory.AllocZeroed((nuint)(count * sizeof(MessageHeader)));
        for (var i = 0; i < count; i++)
        {
            segments[i] = new Segment { Start = slots + i * SlotBytes, Length = SlotBytes };
            Headers[i].Segments = segments + i;
            Headers[i].SegmentCount = 1;
            Headers[i].Name = names + i * SocketAddresses.Room;
            Headers[i].NameLength = SocketAddresses.Room;
        }
    }

    ~MessageSlab() => Free();

    public int Count { get; }

    public MessageHeader* Headers { get; }

    public Span<byte> Slot(int index) => new(slots + index * SlotBytes, SlotBytes);

    public Span<byte> Received(int index) => new(slots + index * SlotBytes, (int)Headers[index].Length);

    public void SetLength(int index, int length) => segments[index].Length = (nuint)length;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (disposed)
        {
            return;
        }
        disposed = true;
        NativeMemory.AlignedFree(slots);
        NativeMemory.Free(names);
        NativeMemory.Free(segments);
        NativeMemory.Free(Headers);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FirstRing.Media.Rtc;

namespace FirstRing.Media.Router.Transport;

/// <summary>Turns kernel socket addresses into <see cref="RemoteAddress"/> and back. IPv4 travels as ::ffff:a.b.c.d so that one comparison serves both families.</summary>
internal static unsafe class SocketAddresses
{
    public const int Room = 28;
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    public static RemoteAddress Read(byte* address, byte local)
    {
        var port = BinaryPrimitives.ReverseEndianness(*(ushort*)(address + 2));
        if (*(ushort*)address == Libc.AfInet)
        {
            return new RemoteAddress(0, MappedPrefix | BinaryPrimitives.ReverseEndianness(*(uint*)(address + 4)), port, local);
        }
        return new RemoteAddress(
            BinaryPrimitives.ReverseEndianness(*(ulong*)(address + 8)), BinaryPrimitives.ReverseEndianness(*(ulong*)(address + 16)), port, local);
    }

    /// <summary>Writes a sockaddr and returns its length.</summary>
    public static uint Write(in RemoteAddress to, byte* address)
    {
        *(ushort*)(address + 2) = BinaryPrimitives.ReverseEndianness(to.Port);
        if (to.High == 0 && to.Low >> 32 == 0xFFFF)
        {
            *(ushort*)address = Libc.AfInet;
            *(uint*)(address + 4) = BinaryPrimitives.ReverseEndianness((uint)to.Low);
            *(ulong*)(address + 8) = 0;
            return 16;
        }
        *(ushort*)address = Libc.AfInet6;
        *(uint*)(address + 4) = 0;
        *(ulong*)(address + 8) = BinaryPrimitives.ReverseEndianness(to.High);
        *(ulong*)(address + 16) = BinaryPrimitives.ReverseEndianness(to.Low);
        *(uint*)(address + 24) = 0;
        return Room;
    }

    public static RemoteAddress From(IPAddress address, int port, byte local = 0) => RemoteAddress.Of(address, port) with { Local = local };

    public static IPEndPoint EndPoint(in RemoteAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], address.Low);
        var ip = new IPAddress(bytes);
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, address.Port);
    }

    public static bool IsIPv6(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6;
}

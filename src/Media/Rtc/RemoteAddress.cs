using System.Buffers.Binary;
using System.Net;

namespace FirstRing.Media.Rtc;

/// <summary>
/// The other end of a path: address, port and the local socket the datagram came in by (an answer must leave by the same one, RFC 8445 §7.3.1).
/// IPv4 is held as ::ffff:a.b.c.d, so that one comparison of two words serves both families.
/// </summary>
/// <param name="High">The first eight bytes of the IPv6 address, as a big-endian number.</param>
/// <param name="Low">The last eight bytes.</param>
/// <param name="Port">The port.</param>
/// <param name="Local">Index of the local socket.</param>
/// <param name="IsTcp">The path is a TCP connection: the same address and port may be a UDP path beside it.</param>
/// <param name="IsRelayed">The path goes through our own relay: address and port are the allocation's, and no socket has them.</param>
/// <param name="Door">How it came if not to a socket of the node's own: the same address and port may have come to that as well.</param>
public readonly record struct RemoteAddress(ulong High, ulong Low, ushort Port, byte Local, bool IsTcp = false, bool IsRelayed = false, DoorWay Door = DoorWay.None)
{
    /// <summary>An address and port as the BCL has them.</summary>
    public static RemoteAddress Of(IPAddress address, int port)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new RemoteAddress(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), (ushort)port, 0);
    }

    /// <summary>It is IPv4.</summary>
    public bool IsIPv4 => High == 0 && Low >> 32 == 0xFFFF;

    /// <summary>Writes the address as it is spelled in attributes: 4 bytes or 16; returns how many.</summary>
    public int WriteIP(Span<byte> ip)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(ip, (uint)Low);
            return 4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(ip, High);
        BinaryPrimitives.WriteUInt64BigEndian(ip[8..], Low);
        return 16;
    }

    /// <summary>Spread well over the low bits: flooders choose addresses and ports.</summary>
    public override int GetHashCode()
    {
        var mixed = (High ^ (Low * 0x9E37_79B9_7F4A_7C15) ^ ((ulong)Port << 48) ^ ((ulong)Local << 40) ^ (IsTcp ? 1ul << 39 : 0) ^ (IsRelayed ? 1ul << 38 : 0) ^ ((ulong)Door << 36)) * 0xD6E8_FEB8_6659_FD93;
        return (int)(mixed >> 32);
    }
}

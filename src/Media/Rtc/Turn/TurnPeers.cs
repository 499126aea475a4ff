using System.Buffers.Binary;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc.Turn;

// All the peers there are: the sockets of this worker, each under exactly one spelling. Not a list of what is forbidden: everything else is.
sealed class TurnPeers(IReadOnlyList<RemoteAddress> own)
{
    readonly RemoteAddress[] _own = [.. own];

    internal int Count => _own.Length;

    internal ref readonly RemoteAddress this[int local] => ref _own[local];

    // Where a client that wants this family is relayed from: the socket it came to, else the first of the family; -1 without any.
    internal int OfFamily(bool isIPv4, int preferred)
    {
        if (preferred < _own.Length && _own[preferred].IsIPv4 == isIPv4) return preferred;
        return Array.FindIndex(_own, one => one.IsIPv4 == isIPv4);
    }

    // Judges the value of an XOR-PEER-ADDRESS for an allocation of a family: 0 and which of our sockets' addresses it is, or the code to refuse it with.
    // Permissions are for an address whatever the port (RFC 8656 §9), so the port is the caller's to compare.
    internal int Judge(in StunMessage message, ReadOnlySpan<byte> value, bool isIPv4, out int local, out ushort port)
    {
        local = -1;
        Span<byte> ip = stackalloc byte[16];
        if (!message.TryReadXorAddress(value, ip, out var size, out port)) return 400;
        if (size == 4 != isIPv4) return 443;
        var (high, low) = size == 4
            ? (0ul, 0xFFFF_0000_0000ul | BinaryPrimitives.ReadUInt32BigEndian(ip))
            : (BinaryPrimitives.ReadUInt64BigEndian(ip), BinaryPrimitives.ReadUInt64BigEndian(ip[8..]));
        // An IPv4 address written as IPv6 compares equal to itself here, as it does in most systems: there it was the hole (CVE-2020-26262).
        if (size == 16 && high == 0 && low >> 32 == 0xFFFF) return 403;
        for (var i = 0; i < _own.Length; i++)
        {
            if (_own[i].High != high || _own[i].Low != low) continue;
            local = i;
            return 0;
        }
        return 403;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Door;

/// <summary>
/// What the public door puts in front of a stream that it hands to a worker: from whom it came, and a MAC under a key that the node has given to doors alone. The MAC also
/// covers the door's own end of this very connection, so that a preamble that was overheard is good for no other. Nobody else is believed about an address.
/// </summary>
public static class DoorPreamble
{
    /// <summary>Bytes of a preamble: mark, way, port, address, MAC.</summary>
    public const int Length = ClearLength + MacLength;

    /// <summary>Bytes of the key.</summary>
    public const int KeyLength = 32;

    const int ClearLength = 24, MacLength = 16;

    // As a length in front of a frame it would be out of bounds, and as a TURN message it is none: no other stream begins so.
    static ReadOnlySpan<byte> Mark => "FRd1"u8;

    /// <summary>A stream that begins so is from a door or from nobody.</summary>
    public static bool Begins(ReadOnlySpan<byte> stream) => !stream.IsEmpty && stream[0] == Mark[0];

    /// <summary>Writes the <see cref="Length"/> bytes for <paramref name="client"/>, on the connection whose near end is <paramref name="door"/>.</summary>
    public static void Write(Span<byte> preamble, ReadOnlySpan<byte> key, in RemoteAddress client, in RemoteAddress door)
    {
        Mark.CopyTo(preamble);
        (preamble[4], preamble[5]) = ((byte)client.Door, 0);
        BinaryPrimitives.WriteUInt16BigEndian(preamble[6..], client.Port);
        BinaryPrimitives.WriteUInt64BigEndian(preamble[8..], client.High);
        BinaryPrimitives.WriteUInt64BigEndian(preamble[16..], client.Low);
        Seal(preamble[..ClearLength], key, door, preamble.Slice(ClearLength, MacLength));
    }

    /// <summary>Who the client is, of a stream that came to a socket of ours as <paramref name="from"/>; false when no door with the key wrote it for that connection.</summary>
    public static bool TryRead(ReadOnlySpan<byte> preamble, ReadOnlySpan<byte> key, in RemoteAddress from, out RemoteAddress client)
    {
        client = default;
        Span<byte> mac = stackalloc byte[MacLength];
        Seal(preamble[..ClearLength], key, from, mac);
        var way = (DoorWay)preamble[4];
        if (!CryptographicOperations.FixedTimeEquals(mac, preamble.Slice(ClearLength, MacLength)) || !preamble.StartsWith(Mark) || way is not (DoorWay.Clear or DoorWay.Tls)) return false;
        client = new RemoteAddress(BinaryPrimitives.ReadUInt64BigEndian(preamble[8..]), BinaryPrimitives.ReadUInt64BigEndian(preamble[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(preamble[6..]), from.Local, IsTcp: true, Door: way);
        return true;
    }

    static void Seal(ReadOnlySpan<byte> clear, ReadOnlySpan<byte> key, in RemoteAddress door, Span<byte> mac)
    {
        Span<byte> bound = stackalloc byte[ClearLength + 18], whole = stackalloc byte[32];
        clear.CopyTo(bound);
        BinaryPrimitives.WriteUInt64BigEndian(bound[ClearLength..], door.High);
        BinaryPrimitives.WriteUInt64BigEndian(bound[(ClearLength + 8)..], door.Low);
        BinaryPrimitives.WriteUInt16BigEndian(bound[(ClearLength + 16)..], door.Port);
        HMACSHA256.HashData(key, bound, whole);
        whole[..MacLength].CopyTo(mac);
    }
}

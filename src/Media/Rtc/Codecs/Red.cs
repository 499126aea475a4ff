using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Codecs;

/// <summary>Redundant audio (RFC 2198): a packet repeats earlier sound behind short headers, the newest comes last and is the primary one.</summary>
public static class Red
{
    const int MostBlocks = 8;
    const int HeaderLength = 4, LastHeaderLength = 1;
    const uint LongestOffset = 0x3FFF; // 14 bits of timestamp
    const int LongestBlock = 0x3FF;    // 10 bits of length

    /// <summary>What stands in front of the newest sound when that repeats <paramref name="earlier"/> bytes.</summary>
    public static int LengthBefore(int earlier) => HeaderLength + LastHeaderLength + earlier;

    /// <summary>
    /// Writes <paramref name="newest"/> behind the sound of <paramref name="ticks"/> earlier. 0 where one packet cannot say that: too long ago (0.34 s at 48 kHz), too many bytes,
    /// or no room for it.
    /// </summary>
    public static int Write(Span<byte> to, int payloadType, ReadOnlySpan<byte> earlier, uint ticks, ReadOnlySpan<byte> newest)
    {
        var before = LengthBefore(earlier.Length);
        if (ticks is 0 or > LongestOffset || earlier.Length > LongestBlock || before + newest.Length > to.Length) return 0;
        to[0] = (byte)(0x80 | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(to[1..], (ushort)(ticks << 2 | (uint)earlier.Length >> 8));
        to[3] = (byte)earlier.Length;
        to[4] = (byte)payloadType;
        earlier.CopyTo(to[5..]);
        newest.CopyTo(to[before..]);
        return before + newest.Length;
    }

    /// <summary>Where the primary block begins, and its payload type. False where the headers are cut off or promise more than there is.</summary>
    public static bool TryFindPrimary(ReadOnlySpan<byte> payload, out int at, out int payloadType)
    {
        (at, payloadType) = (0, -1);
        var (header, redundant) = (0, 0);
        for (var block = 0; block < MostBlocks; block++)
        {
            if (header >= payload.Length) return false;
            // §3: the last header has no F bit and is one byte long; the others say how long their block is, in ten bits.
            if ((payload[header] & 0x80) == 0)
            {
                (at, payloadType) = (header + LastHeaderLength + redundant, payload[header] & 0x7F);
                return at < payload.Length;
            }
            if (header + HeaderLength > payload.Length) return false;
            redundant += (payload[header + 2] & 3) << 8 | payload[header + 3];
            header += HeaderLength;
        }
        return false;
    }

    /// <summary>Sound that a packet repeats: so many ticks before its own, at so many bytes of the payload.</summary>
    public readonly record struct Earlier(uint Ticks, int At, int Length);

    /// <summary>Finds what the payload repeats, the oldest first; returns how many fit. 0 where the headers are cut off or promise more than there is.</summary>
    public static int FindEarlier(ReadOnlySpan<byte> payload, Span<Earlier> earlier)
    {
        if (!TryFindPrimary(payload, out _, out _)) return 0;
        var (headers, count) = (0, 0);
        while ((payload[headers] & 0x80) != 0) headers += HeaderLength;
        var at = headers + LastHeaderLength;
        for (var header = 0; header < headers && count < earlier.Length; header += HeaderLength)
        {
            var length = (payload[header + 2] & 3) << 8 | payload[header + 3];
            earlier[count++] = new Earlier((uint)BinaryPrimitives.ReadUInt16BigEndian(payload[(header + 1)..]) >> 2, at, length);
            at += length;
        }
        return count;
    }
}

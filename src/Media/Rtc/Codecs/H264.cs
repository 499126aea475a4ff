using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Codecs;

/// <summary>Just enough of H.264 over RTP (RFC 6184) to find keyframes.</summary>
public static class H264
{
    const int Idr = 5, Sps = 7, StapA = 24, FuA = 28;

    /// <summary>
    /// This payload begins a picture that a decoder can start from: it holds an IDR slice or the SPS that encoders send before it, alone, in a
    /// STAP-A (§5.7.1), or as the first fragment of a FU-A (§5.8).
    /// </summary>
    public static bool IsKeyFrame(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return false;
        switch (payload[0] & 0x1F)
        {
            case Idr or Sps:
                return true;
            case StapA:
                return AnyStarts(payload[1..]);
            case FuA:
                return payload.Length > 1 && (payload[1] & 0x80) != 0 && (payload[1] & 0x1F) is Idr or Sps;
            default:
                return false;
        }
    }

    static bool AnyStarts(ReadOnlySpan<byte> units)
    {
        while (units.Length > 2)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(units);
            if (size == 0 || size > units.Length - 2) return false;
            if ((units[2] & 0x1F) is Idr or Sps) return true;
            units = units[(2 + size)..];
        }
        return false;
    }
}

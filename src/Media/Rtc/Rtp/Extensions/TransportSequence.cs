using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Rtp.Extensions;

/// <summary>The transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).</summary>
public static class TransportSequence
{
    /// <summary>The URI in <c>a=extmap</c>.</summary>
    public const string Uri = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
    /// <summary>Bytes of the value.</summary>
    public const int Length = 2;

    /// <summary>Writes the number.</summary>
    public static void Write(Span<byte> value, ushort sequence) => BinaryPrimitives.WriteUInt16BigEndian(value, sequence);

    /// <summary>Reads the number.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out ushort sequence)
    {
        sequence = value.Length == Length ? BinaryPrimitives.ReadUInt16BigEndian(value) : (ushort)0;
        return value.Length == Length;
    }
}

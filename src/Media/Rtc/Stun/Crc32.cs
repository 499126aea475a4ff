namespace FirstRing.Media.Rtc.Stun;

// CRC-32 of ITU-T V.42, as FINGERPRINT wants it. The BCL has only the Castagnoli polynomial in hardware; a STUN message is ~100 bytes.
static class Crc32
{
    static readonly uint[] Table = Build();

    internal static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = Table[(byte)(crc ^ b)] ^ crc >> 8;
        return ~crc;
    }

    static uint[] Build()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? 0xEDB88320 ^ crc >> 1 : crc >> 1;
            table[i] = crc;
        }
        return table;
    }
}

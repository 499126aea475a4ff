namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>The report blocks of an SR or RR, read one by one.</summary>
public readonly ref struct ReportBlocks
{
    readonly ReadOnlySpan<byte> _bytes;

    internal ReportBlocks(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many there are, at most 31.</summary>
    public int Count => _bytes.Length / ReportBlock.Length;

    /// <summary>Reads one.</summary>
    public ReportBlock this[int index] => ReportBlock.Read(_bytes.Slice(index * ReportBlock.Length, ReportBlock.Length));

    internal static int Write(Span<byte> destination, ReadOnlySpan<ReportBlock> blocks)
    {
        for (var i = 0; i < blocks.Length; i++) blocks[i].Write(destination[(i * ReportBlock.Length)..]);
        return blocks.Length * ReportBlock.Length;
    }
}

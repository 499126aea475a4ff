namespace FirstRing.Tests.Harness.Leaks;

/// <summary>
/// Finds thousands of byte patterns in one pass (Wu and Manber, 1994): a table says, by the three bytes at hand, how far the next match must be away.
/// </summary>
public sealed class ManyPatterns
{
    const int Block = 3, Bits = 18;

    readonly IReadOnlyList<byte[]> _patterns;
    readonly byte[] _shift = new byte[1 << Bits];
    readonly int[]?[] _ending = new int[1 << Bits][];

    public ManyPatterns(IReadOnlyList<byte[]> patterns)
    {
        _patterns = patterns;
        Shortest = patterns.Min(pattern => pattern.Length);
        Longest = patterns.Max(pattern => pattern.Length);
        if (Shortest < 8) throw new ArgumentException("A pattern of less than 8 bytes is found by chance.", nameof(patterns));
        Array.Fill(_shift, (byte)Math.Min(255, Shortest - Block + 1));
        for (var number = 0; number < patterns.Count; number++)
            for (var at = 0; at + Block <= Shortest; at++)
            {
                var hash = Hash(patterns[number], at);
                _shift[hash] = Math.Min(_shift[hash], (byte)Math.Min(255, Shortest - Block - at));
                if (at + Block == Shortest) _ending[hash] = [.. _ending[hash] ?? [], number];
            }
    }

    public int Shortest { get; }
    public int Longest { get; }

    /// <summary>Calls <paramref name="found"/> with the number and the place of every pattern that is there.</summary>
    public void Find(ReadOnlySpan<byte> text, Action<int, int> found)
    {
        var at = Shortest - Block;
        while (at + Block <= text.Length)
        {
            var hash = Hash(text, at);
            var shift = _shift[hash];
            if (shift == 0)
            {
                var from = at + Block - Shortest;
                foreach (var number in _ending[hash]!)
                    if (text[from..].StartsWith(_patterns[number])) found(number, from);
                shift = 1;
            }
            at += shift;
        }
    }

    static int Hash(ReadOnlySpan<byte> text, int at) => (int)((uint)(text[at] | text[at + 1] << 8 | text[at + 2] << 16) * 0x9E3779B1u >> (32 - Bits));
}

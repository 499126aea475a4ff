using FirstRing.Platform.Transparency;

namespace FirstRing.Audit.Log;

/// <summary>
/// The Merkle tree in tiles of height 8 (C2SP tlog-tiles): tile (L, n) holds the hashes of the perfect subtrees of 256^L leaves from 256·n on, at most 256 of them.
/// Tiles are read at need and kept; <see cref="Changed"/> are those that an append made or lengthened.
/// </summary>
internal sealed class Tiles(Func<int, long, Task<byte[]?>> read)
{
    public const int Height = 8, Width = 1 << Height;

    readonly Dictionary<(int Level, long Number), byte[]> _tiles = [];
    readonly HashSet<(int Level, long Number)> _changed = [];

    public IEnumerable<(int Level, long Number, byte[] Hashes)> Changed => _changed.Select(at => (at.Level, at.Number, _tiles[at]));

    /// <summary>Puts leaves behind the first <paramref name="size"/>.</summary>
    public async Task Append(long size, IReadOnlyList<byte[]> leaves)
    {
        var (level, at, hashes) = (0, size, leaves);
        while (hashes.Count > 0)
        {
            var full = new List<byte[]>();
            for (var next = 0; next < hashes.Count;)
            {
                var (number, filled) = (at / Width, (int)(at % Width));
                var count = Math.Min(Width - filled, hashes.Count - next);
                var tile = new byte[(filled + count) * Rfc6962.HashSize];
                if (filled > 0) (await Tile(level, number, filled)).AsSpan(0, filled * Rfc6962.HashSize).CopyTo(tile);
                for (var i = 0; i < count; i++) hashes[next + i].CopyTo(tile, (filled + i) * Rfc6962.HashSize);
                _tiles[(level, number)] = tile;
                _changed.Add((level, number));
                if (filled + count == Width) full.Add(Fold(tile, 0, Width));
                (next, at) = (next + count, at + count);
            }
            // What became whole here goes on above, behind the tiles that were whole before.
            (level, at, hashes) = (level + 1, size >> (Height * (level + 1)), full);
        }
    }

    public Task<byte[]> Root(long size) => size == 0 ? Task.FromResult(Rfc6962.EmptyRoot) : Range(0, size);

    /// <summary>The hash over leaves first … end - 1, which must be a range that the tree divides into.</summary>
    public async Task<byte[]> Range(long first, long end)
    {
        var count = end - first;
        if ((count & (count - 1)) == 0) return await Perfect(System.Numerics.BitOperations.Log2((ulong)count), first / count);
        var split = first + Rfc6962.Divide(count);
        var (left, right) = (await Range(first, split), await Range(split, end));
        return Rfc6962.Node(left, right);
    }

    /// <summary>The path of a leaf to the root of the first <paramref name="size"/> (RFC 6962 §2.1.1).</summary>
    public async Task<List<byte[]>> Inclusion(long index, long size)
    {
        var path = new List<byte[]>();
        var (first, end) = (0L, size);
        while (end - first > 1)
        {
            var split = first + Rfc6962.Divide(end - first);
            path.Add(index < split ? await Range(split, end) : await Range(first, split));
            (first, end) = index < split ? (first, split) : (split, end);
        }
        path.Reverse();
        return path;
    }

    /// <summary>That the tree of <paramref name="size"/> begins with that of <paramref name="earlier"/> (RFC 6962 §2.1.2).</summary>
    public async Task<List<byte[]>> Consistency(long earlier, long size)
    {
        var proof = new List<byte[]>();
        if (earlier == 0 || earlier == size) return proof;
        var (first, end, whole) = (0L, size, true);
        while (earlier != end)
        {
            var split = first + Rfc6962.Divide(end - first);
            if (earlier <= split)
            {
                proof.Add(await Range(split, end));
                end = split;
            }
            else
            {
                proof.Add(await Range(first, split));
                (first, whole) = (split, false);
            }
        }
        if (!whole) proof.Add(await Range(first, end));
        proof.Reverse();
        return proof;
    }

    async Task<byte[]> Perfect(int power, long index)
    {
        var (level, within) = (power / Height, power % Height);
        var number = index >> (Height - within);
        var offset = (int)((index << within) % Width);
        return Fold(await Tile(level, number, offset + (1 << within)), offset, 1 << within);
    }

    // Of a tile's hashes, count of them (a power of two) from offset on.
    static byte[] Fold(byte[] tile, int offset, int count)
    {
        if (count == 1) return tile[(offset * Rfc6962.HashSize)..((offset + 1) * Rfc6962.HashSize)];
        return Rfc6962.Node(Fold(tile, offset, count / 2), Fold(tile, offset + count / 2, count / 2));
    }

    async Task<byte[]> Tile(int level, long number, int atLeast)
    {
        if (!_tiles.TryGetValue((level, number), out var tile))
            tile = _tiles[(level, number)] = await read(level, number) ?? [];
        return tile.Length >= atLeast * Rfc6962.HashSize ? tile : throw new BrokenLogException(number << (Height * (level + 1)));
    }
}

/// <summary>The log's own store lacks what the tree is made of. <paramref name="seq"/>: from which entry on.</summary>
internal sealed class BrokenLogException(long seq) : Exception("The log's tree is incomplete.")
{
    public long Seq => seq;
}

using System.Security.Cryptography;

namespace FirstRing.Verify;

/// <summary>A Merkle tree (RFC 6962 §2.1) that is built leaf by leaf and remembers only its right edge.</summary>
internal sealed class Tree
{
    readonly List<(byte[] Hash, int Power)> _edge = [];

    public long Size { get; private set; }

    public static byte[] LeafOf(ReadOnlySpan<byte> line)
    {
        var joined = new byte[line.Length + 1];
        line.CopyTo(joined.AsSpan(1));
        return SHA256.HashData(joined);
    }

    public void Add(byte[] leaf)
    {
        var (hash, power) = (leaf, 0);
        while (_edge.Count > 0 && _edge[^1].Power == power)
        {
            hash = Join(_edge[^1].Hash, hash);
            _edge.RemoveAt(_edge.Count - 1);
            power++;
        }
        _edge.Add((hash, power));
        Size++;
    }

    public byte[] Root()
    {
        if (_edge.Count == 0) return SHA256.HashData([]);
        var hash = _edge[^1].Hash;
        for (var i = _edge.Count - 2; i >= 0; i--) hash = Join(_edge[i].Hash, hash);
        return hash;
    }

    public static byte[] Join(byte[] left, byte[] right)
    {
        Span<byte> joined = stackalloc byte[65];
        joined[0] = 1;
        left.CopyTo(joined[1..]);
        right.CopyTo(joined[33..]);
        return SHA256.HashData(joined);
    }
}

using System.Numerics;
using System.Security.Cryptography;

namespace FirstRing.Platform.Transparency;

/// <summary>Hashes and proofs of a Merkle tree as RFC 6962 §2.1 has them (RFC 9162 §2.1 for how they are checked). Pure.</summary>
public static class Rfc6962
{
    public const int HashSize = 32;

    /// <summary>The root of a tree without leaves.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>SHA-256(0x00 ‖ content).</summary>
    public static byte[] Leaf(ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> joined = stackalloc byte[1 + 2 * HashSize];
        joined[0] = 1;
        left.CopyTo(joined[1..]);
        right.CopyTo(joined[(1 + HashSize)..]);
        return SHA256.HashData(joined);
    }

    /// <summary>The largest power of two below <paramref name="count"/>, where the tree divides.</summary>
    public static long Divide(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    /// <summary>Whether <paramref name="leaf"/> lies at <paramref name="index"/> of the tree of <paramref name="size"/> leaves with that root (RFC 9162 §2.1.3.2).</summary>
    public static bool Includes(long index, long size, byte[] leaf, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || !AreHashes(proof)) return false;
        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var step in proof)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Node(step, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else hash = Node(hash, step);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>Whether the tree of <paramref name="size"/> leaves begins with the one of <paramref name="earlier"/> leaves (RFC 9162 §2.1.4.2).</summary>
    public static bool IsConsistent(long earlier, long size, byte[] earlierRoot, byte[] root, IReadOnlyList<byte[]> proof)
    {
        if (earlier < 0 || earlier > size || !AreHashes(proof)) return false;
        if (earlier == size) return proof.Count == 0 && earlierRoot.AsSpan().SequenceEqual(root);
        if (earlier == 0) return proof.Count == 0 && earlierRoot.AsSpan().SequenceEqual(EmptyRoot);
        if (proof.Count == 0) return false;
        IReadOnlyList<byte[]> steps = BitOperations.IsPow2(earlier) ? [earlierRoot, .. proof] : proof;
        var (node, last) = (earlier - 1, size - 1);
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        var (before, after) = (steps[0], steps[0]);
        foreach (var step in steps.Skip(1))
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                (before, after) = (Node(step, before), Node(step, after));
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else after = Node(after, step);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && before.AsSpan().SequenceEqual(earlierRoot) && after.AsSpan().SequenceEqual(root);
    }

    static bool AreHashes(IReadOnlyList<byte[]> proof) => proof.All(hash => hash.Length == HashSize);
}

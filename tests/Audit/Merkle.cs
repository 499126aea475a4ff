using System.Security.Cryptography;
using FirstRing.Audit.Log;
using FirstRing.Platform.Transparency;

namespace FirstRing.Tests.Audit;

/// <summary>The tree against RFC 6962: published vectors, and a tree made by its definition.</summary>
public sealed class Merkle
{
    const int Largest = 300;

    static readonly byte[][] Content = [.. Enumerable.Range(0, Largest).Select(number => BitConverter.GetBytes(number))];
    static readonly byte[][] Leaves = [.. Content.Select(content => Rfc6962.Leaf(content))];

    // MTH(D[n]) by its definition (RFC 6962 §2.1), sharing nothing with the code under test.
    static byte[] Definition(ReadOnlySpan<byte[]> content)
    {
        if (content.Length == 0) return SHA256.HashData([]);
        if (content.Length == 1) return SHA256.HashData([0, .. content[0]]);
        var split = 1;
        while (split * 2 < content.Length) split *= 2;
        return SHA256.HashData([1, .. Definition(content[..split]), .. Definition(content[split..])]);
    }

    static async Task<Tiles> Of(int size, int atOnce = 7)
    {
        var kept = new Dictionary<(int, long), byte[]>();
        for (var from = 0; from < size; from += atOnce)
        {
            var tiles = new Tiles((level, number) => Task.FromResult(kept.GetValueOrDefault((level, number))));
            await tiles.Append(from, Leaves[from..Math.Min(size, from + atOnce)]);
            foreach (var (level, number, hashes) in tiles.Changed) kept[(level, number)] = hashes;
        }
        return new Tiles((level, number) => Task.FromResult(kept.GetValueOrDefault((level, number))));
    }

    [Fact]
    public async Task The_published_vectors_hold()
    {
        string[] leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        string[] roots =
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(Rfc6962.EmptyRoot));
        var tiles = new Tiles((_, _) => Task.FromResult<byte[]?>(null));
        await tiles.Append(0, [.. leaves.Select(leaf => Rfc6962.Leaf(Convert.FromHexString(leaf)))]);
        for (var size = 1; size <= 8; size++) Assert.Equal(roots[size - 1], Convert.ToHexStringLower(await tiles.Root(size)));
    }

    [Fact]
    public async Task Every_root_is_the_one_of_the_definition()
    {
        var tiles = await Of(Largest);
        for (var size = 0; size <= Largest; size++) Assert.Equal(Definition(Content.AsSpan(0, size)), await tiles.Root(size));
    }

    [Fact]
    public async Task A_tree_of_three_levels_of_tiles_is_one_tree()
    {
        const int size = 66_000; // 256² and some
        var leaves = Enumerable.Range(0, size).Select(number => Rfc6962.Leaf(BitConverter.GetBytes(number))).ToArray();
        var tiles = new Tiles((_, _) => Task.FromResult<byte[]?>(null));
        for (var from = 0; from < size; from += 999) await tiles.Append(from, leaves[from..Math.Min(size, from + 999)]);
        Assert.Equal(Definition([.. Enumerable.Range(0, size).Select(number => BitConverter.GetBytes(number))]), await tiles.Root(size));
        foreach (var index in (int[])[0, 255, 256, 65_535, 65_536, size - 1])
            Assert.True(Rfc6962.Includes(index, size, leaves[index], await tiles.Inclusion(index, size), await tiles.Root(size)));
        Assert.True(Rfc6962.IsConsistent(65_536, size, await tiles.Root(65_536), await tiles.Root(size), await tiles.Consistency(65_536, size)));
    }

    [Fact]
    public async Task Every_inclusion_proof_verifies_and_no_mutation_of_it_does()
    {
        var tiles = await Of(Largest);
        var random = new Random(6962);
        for (var size = 1; size <= Largest; size += size < 40 ? 1 : 13)
        {
            var root = await tiles.Root(size);
            for (var index = 0; index < size; index++)
            {
                var proof = await tiles.Inclusion(index, size);
                Assert.True(Rfc6962.Includes(index, size, Leaves[index], proof, root), $"{index} of {size}");
                foreach (var wrong in Mutations(proof, every: size <= 9, random)) Assert.False(Rfc6962.Includes(index, size, Leaves[index], wrong, root));
                Assert.False(Rfc6962.Includes(index, size, Flip(Leaves[index], random.Next(256)), proof, root));
                Assert.False(Rfc6962.Includes(index, size, Leaves[index], proof, Flip(root, random.Next(256))));
                Assert.False(Rfc6962.Includes(index, size, Leaves[(index + 1) % Largest], proof, root));
                Assert.False(Rfc6962.Includes(size, size, Leaves[index], proof, root));
                Assert.False(Rfc6962.Includes(index, size, Leaves[index], [.. proof, root], root));
                if (proof.Count > 0) Assert.False(Rfc6962.Includes(index, size, Leaves[index], [.. proof.SkipLast(1)], root));
            }
        }
    }

    [Fact]
    public async Task Every_consistency_proof_verifies_and_no_mutation_of_it_does()
    {
        var tiles = await Of(Largest);
        var random = new Random(6962);
        for (var size = 1; size <= Largest; size += size < 40 ? 1 : 13)
        {
            var root = await tiles.Root(size);
            for (var earlier = 0; earlier <= size; earlier++)
            {
                var (before, proof) = (await tiles.Root(earlier), await tiles.Consistency(earlier, size));
                Assert.True(Rfc6962.IsConsistent(earlier, size, before, root, proof), $"{earlier} in {size}");
                foreach (var wrong in Mutations(proof, every: size <= 9, random)) Assert.False(Rfc6962.IsConsistent(earlier, size, before, root, wrong));
                Assert.False(Rfc6962.IsConsistent(earlier, size, Flip(before, random.Next(256)), root, proof));
                // The empty tree is in every tree.
                if (earlier > 0) Assert.False(Rfc6962.IsConsistent(earlier, size, before, Flip(root, random.Next(256)), proof));
                Assert.False(Rfc6962.IsConsistent(earlier, size, before, root, [.. proof, root]));
            }
        }
    }

    [Fact]
    public void A_note_is_read_back_and_no_flipped_bit_verifies()
    {
        using var secret = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (key, witness) = (new NoteKey("log", secret.ExportSubjectPublicKeyInfo()), new NoteKey("witness", other.ExportSubjectPublicKeyInfo()));
        Assert.Equal(key.ToString(), NoteKey.Parse(key.ToString())!.ToString());
        var note = SignedNote.Sign(new Checkpoint("log", 7, Leaves[0]).ToString(), key, secret);
        note = note.With(Cosignature.Sign(note, 1_700_000_000, witness, other));
        var read = SignedNote.Parse(note.ToString())!;
        Assert.True(read.IsSignedBy([key]));
        Assert.Equal(1_700_000_000, read.SeenBy(witness));
        Assert.Null(read.SeenBy(key));
        Assert.False(read.IsSignedBy([witness]));
        var bytes = System.Text.Encoding.UTF8.GetBytes(note.Text);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var wrong = note with { Text = System.Text.Encoding.Latin1.GetString(Flip(bytes, bit)) };
            Assert.False(wrong.IsSignedBy([key]));
        }
    }

    static IEnumerable<IReadOnlyList<byte[]>> Mutations(IReadOnlyList<byte[]> proof, bool every, Random random)
    {
        for (var step = 0; step < proof.Count; step++)
            foreach (var bit in every ? Enumerable.Range(0, 256) : [random.Next(256)])
                yield return [.. proof.Take(step), Flip(proof[step], bit), .. proof.Skip(step + 1)];
    }

    static byte[] Flip(byte[] hash, int bit)
    {
        var flipped = hash.ToArray();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }
}

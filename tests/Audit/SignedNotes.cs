using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Transparency;

namespace FirstRing.Tests.Audit;

/// <summary>Signed notes, checkpoints and keys to the letter of their descriptions (C2SP): what is none is not taken for one.</summary>
public sealed class SignedNotes : IDisposable
{
    static readonly byte[] Root = [.. Enumerable.Range(0, 32).Select(number => (byte)number)];
    static readonly string Base64 = Convert.ToBase64String(Root);

    readonly ECDsa _secret = ECDsa.Create(ECCurve.NamedCurves.nistP256), _other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly NoteKey _key, _witness;

    public SignedNotes() => (_key, _witness) = (new NoteKey("log", _secret.ExportSubjectPublicKeyInfo()), new NoteKey("witness", _other.ExportSubjectPublicKeyInfo()));

    static Checkpoint? Read(string text) => Checkpoint.Parse(new SignedNote(text, []));

    [Fact]
    public void A_checkpoint_is_three_lines_and_what_may_follow()
    {
        Assert.Equal($"log/1\n70000\n{Base64}\n", new Checkpoint("log/1", 70_000, Root).ToString());
        foreach (var text in (string[])[$"log/1\n70000\n{Base64}\n", $"log/1\n70000\n{Base64}\nmore\nof it\n"])
        {
            var read = Read(text)!;
            Assert.Equal(("log/1", 70_000), (read.Origin, read.Size));
            Assert.Equal(Root, read.Root);
        }
        Assert.Equal(0, Read($"log\n0\n{Base64}\n")!.Size);
    }

    [Fact]
    public void What_is_no_checkpoint_is_not_taken_for_one()
    {
        foreach (var text in (string[])
            ["", "\n", $"log\n7\n{Base64}", $"log\n{Base64}\n", $"\n7\n{Base64}\n", $"log\n\n{Base64}\n", $"log\n07\n{Base64}\n", $"log\n-7\n{Base64}\n", $"log\n+7\n{Base64}\n", $"log\n 7\n{Base64}\n",
            $"log\n7,0\n{Base64}\n", $"log\n99999999999999999999\n{Base64}\n", $"log\nseven\n{Base64}\n", "log\n7\n\n", "log\n7\nnot base64!\n", $"log\n7\n{Convert.ToBase64String(Root[1..])}\n",
            $"log\n7\n{Convert.ToBase64String([.. Root, 0])}\n", $"log\n7\n{Convert.ToBase64String(new byte[49])}\n"])
            Assert.Null(Read(text));
    }

    [Fact]
    public void A_key_says_its_name_its_id_and_itself()
    {
        Assert.Equal($"log+{Convert.ToHexStringLower(SHA256.HashData(_key.Spki).AsSpan(0, 4))}+{Convert.ToBase64String([2, .. _key.Spki])}", _key.ToString());
        var read = NoteKey.Parse($" {_key}\n")!;
        Assert.Equal("log", read.Name);
        Assert.Equal(_key.Spki, read.Spki);
        Assert.Equal([7], NoteKey.Parse(new NoteKey("n", [7]).ToString())!.Spki);
    }

    [Fact]
    public void What_is_no_key_is_not_taken_for_one()
    {
        var (id, spki) = (Convert.ToHexStringLower(_key.Id), Convert.ToBase64String([2, .. _key.Spki]));
        foreach (var text in (string[])
            ["", "+", "++", $"log+{id}", $"+{id}+{spki}", $"l og+{id}+{spki}", $"l\tog+{id}+{spki}", $"log+{id.ToUpperInvariant()}0+{spki}", $"log+{Convert.ToHexStringLower(_witness.Id)}+{spki}",
            $"log+{id}+{Convert.ToBase64String([1, .. _key.Spki])}", $"log+{id}+{Convert.ToBase64String(_key.Spki)}", $"log+{id}+{spki}!", $"log+{id}+",
            $"log+{Convert.ToHexStringLower(SHA256.HashData([]).AsSpan(0, 4))}+{Convert.ToBase64String([2])}"])
            Assert.Null(NoteKey.Parse(text));
    }

    [Fact]
    public void A_key_verifies_what_it_signed_and_nothing_else()
    {
        var signature = NoteKey.Sign(_secret, "content"u8);
        Assert.True(_key.Verifies("content"u8, signature));
        Assert.False(_key.Verifies("another"u8, signature));
        Assert.False(_witness.Verifies("content"u8, signature));
        Assert.False(_key.Verifies("content"u8, []));
        Assert.False(_key.Verifies("content"u8, "no signature"u8));
        Assert.False(new NoteKey("log", [1, 2, 3]).Verifies("content"u8, signature)); // and does not fail over what is no key
    }

    [Fact]
    public void A_note_is_a_text_an_empty_line_and_those_who_sign_it()
    {
        var note = SignedNote.Sign("text\n\nwith an empty line\n", _key, _secret);
        note = note.With(new NoteSignature("second", [1, 2, 3, 4], [5]));
        Assert.Equal($"text\n\nwith an empty line\n\n— log {Convert.ToBase64String([.. _key.Id, .. note.Signatures[0].Signature])}\n— second AQIDBAU=\n", note.ToString());
        var read = SignedNote.Parse(note.ToString())!;
        Assert.Equal("text\n\nwith an empty line\n", read.Text);
        Assert.Equal(["log", "second"], read.Signatures.Select(one => one.Name));
        Assert.Equal([1, 2, 3, 4], read.Signatures[1].KeyId);
        Assert.Equal([5], read.Signatures[1].Signature);
        Assert.Equal(note.ToString(), read.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("text\n")]
    [InlineData("text\n\n")]
    [InlineData("text\n— log AQIDBAU=\n")] // no empty line between
    [InlineData("text\n\n— log AQIDBAU=")] // cut off
    [InlineData("text\n\n- log AQIDBAU=\n")]
    [InlineData("text\n\nlog AQIDBAU=\n")]
    [InlineData("text\n\n—  AQIDBAU=\n")]
    [InlineData("text\n\n— log\n")]
    [InlineData("text\n\n— log AQIDBAU= more\n")]
    [InlineData("text\n\n— log AQIDBA==\n")] // an id and no signature
    [InlineData("text\n\n— log not-base64\n")]
    [InlineData("text\n\n— log AQIDBAU=\nnonsense\n")]
    public void What_is_no_note_is_not_taken_for_one(string text) => Assert.Null(SignedNote.Parse(text));

    [Fact]
    public void A_note_is_signed_by_a_key_that_is_named_in_full_and_verifies()
    {
        var note = SignedNote.Sign("text\n", _key, _secret);
        var signature = note.Signatures[0];
        Assert.True(note.IsSignedBy([_witness, _key]));
        Assert.False(note.IsSignedBy([]));
        Assert.False(note.IsSignedBy([_witness]));
        Assert.False(note.IsSignedBy([_key with { Name = "another" }]));
        Assert.False((note with { Text = "texts\n" }).IsSignedBy([_key]));
        Assert.False((note with { Signatures = [signature with { KeyId = _witness.Id }] }).IsSignedBy([_key]));
        Assert.False((note with { Signatures = [signature with { Name = "witness", KeyId = _witness.Id }] }).IsSignedBy([_key, _witness]));
        Assert.True((note with { Signatures = [signature with { Signature = [1] }, signature] }).IsSignedBy([_key])); // one that does not verify harms no other
        Assert.True(signature.IsOf(_key));
        Assert.False(signature.IsOf(_witness));
        Assert.False(signature.IsOf(_witness with { Name = "log" }));
    }

    [Fact]
    public void A_witness_signs_the_time_and_the_text_together()
    {
        var note = SignedNote.Sign("log\n7\nroot\n", _key, _secret);
        var line = Cosignature.Sign(note, 1_700_000_000, _witness, _other);
        Assert.Equal(1_700_000_000, BinaryPrimitives.ReadInt64BigEndian(line.Signature));
        Assert.True(_other.VerifyData(Encoding.UTF8.GetBytes("cosignature/v1\ntime 1700000000\nlog\n7\nroot\n"), line.Signature.AsSpan(8), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(1_700_000_000, note.With(line).SeenBy(_witness));

        Assert.Null(note.SeenBy(_witness));
        Assert.Null(note.With(line).SeenBy(_key));
        var later = line with { Signature = [.. new byte[8], .. line.Signature[8..]] };
        Assert.Null(note.With(later).SeenBy(_witness)); // another time
        Assert.Null((note.With(line) with { Text = "log\n8\nroot\n" }).SeenBy(_witness)); // another text
        foreach (var length in (int[])[0, 8, 9]) Assert.Null(note.With(line with { Signature = line.Signature[..length] }).SeenBy(_witness));
        Assert.Equal(1_700_000_000, note.With(later).With(line).SeenBy(_witness));
        Assert.Null(note.With(line with { Name = "another" }).SeenBy(_witness));
    }

    [Fact]
    public void A_proof_is_of_whole_hashes_and_of_places_that_there_are()
    {
        var (one, two, three) = (Rfc6962.Leaf("1"u8), Rfc6962.Leaf("2"u8), Rfc6962.Leaf("3"u8));
        var (pair, all) = (Rfc6962.Node(one, two), Rfc6962.Node(Rfc6962.Node(one, two), three));
        Assert.True(Rfc6962.Includes(0, 3, one, [two, three], all));
        Assert.True(Rfc6962.Includes(2, 3, three, [pair], all));
        Assert.True(Rfc6962.Includes(0, 1, one, [], one));
        Assert.False(Rfc6962.Includes(-1, 3, one, [two, three], all));
        Assert.False(Rfc6962.Includes(3, 3, one, [two, three], all));
        Assert.False(Rfc6962.Includes(0, 0, one, [], one));
        Assert.False(Rfc6962.Includes(0, 3, one, [two, [.. three, 0]], all));
        Assert.False(Rfc6962.Includes(0, 3, one, [two[1..], three], all));
        Assert.False(Rfc6962.Includes(0, 3, one, [two], all));
        Assert.False(Rfc6962.Includes(0, 3, one, [two], pair)); // the path to another root

        Assert.True(Rfc6962.IsConsistent(2, 3, pair, all, [three]));
        Assert.True(Rfc6962.IsConsistent(3, 3, all, all, []));
        Assert.True(Rfc6962.IsConsistent(0, 3, Rfc6962.EmptyRoot, all, []));
        Assert.True(Rfc6962.IsConsistent(0, 0, Rfc6962.EmptyRoot, Rfc6962.EmptyRoot, []));
        Assert.False(Rfc6962.IsConsistent(-1, 3, pair, all, [three]));
        Assert.False(Rfc6962.IsConsistent(4, 3, all, all, []));
        Assert.False(Rfc6962.IsConsistent(3, 3, all, all, [three]));
        Assert.False(Rfc6962.IsConsistent(3, 3, pair, all, []));
        Assert.False(Rfc6962.IsConsistent(0, 3, Rfc6962.EmptyRoot, all, [three]));
        Assert.False(Rfc6962.IsConsistent(0, 3, all, all, []));
        Assert.False(Rfc6962.IsConsistent(2, 3, pair, all, []));
        Assert.False(Rfc6962.IsConsistent(2, 3, all, all, []));
        Assert.False(Rfc6962.IsConsistent(2, 3, pair, all, [three[1..]]));
        Assert.False(Rfc6962.IsConsistent(2, 3, pair, all, [three, three]));
    }

    [Theory, InlineData(2, 1), InlineData(3, 2), InlineData(4, 2), InlineData(5, 4), InlineData(8, 4), InlineData(9, 8), InlineData((1L << 40) + 1, 1L << 40)]
    public void A_tree_divides_at_the_largest_power_of_two_below_its_size(long count, long at) => Assert.Equal(at, Rfc6962.Divide(count));

    public void Dispose()
    {
        _secret.Dispose();
        _other.Dispose();
    }
}

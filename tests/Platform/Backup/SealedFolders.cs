using System.Security.Cryptography;
using System.Text;
using FirstRing.Platform.Backup;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Backup;

/// <summary>A backup that is not exactly as it was written is refused, by the name of what is wrong.</summary>
public sealed class SealedFolders : IDisposable
{
    static readonly string[] Names = ["stores/records/store.db", "trust/ca.pfx", "demo.secret"];

    readonly TempFolder _temp = new();
    readonly KeyFileProvider _provider;

    public SealedFolders()
    {
        KeyFileProvider.EnsureFile(_temp.At("root.key"));
        _provider = new KeyFileProvider(_temp.At("root.key"));
    }

    [Fact]
    public void What_was_put_in_comes_out()
    {
        var contents = Write("one", seed: 1);
        using var backup = Reader(_provider);
        backup.Check();
        Assert.Equal(Names, backup.Manifest.Parts.Select(part => part.Name));
        Assert.Equal(contents, backup.Manifest.Parts.Select(part => Extracted(backup, part)));
        Assert.Equal(12, backup.Manifest.Stores.Single().Rows["patients"]);
    }

    [Fact]
    public void Nothing_of_it_can_be_read()
    {
        Write("one", seed: 1, marker: "Ignaz Semmelweis");
        foreach (var file in Directory.GetFiles(_temp.At("one")))
        {
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            foreach (var hidden in (string[])["Semmelweis", "patients", .. Names]) Assert.DoesNotContain(hidden, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed()
    {
        Write("one", seed: 1);
        var random = new Random(7);
        foreach (var file in Directory.GetFiles(_temp.At("one")))
        {
            var whole = File.ReadAllBytes(file);
            // Every byte of what is small; of the rest both ends, the seams between chunks and a hundred in between.
            var at = whole.Length <= 400 ? Enumerable.Range(0, whole.Length)
                : Enumerable.Range(0, 40).Concat(Enumerable.Range(whole.Length - 20, 20)).Concat([SealedStream.HeaderSize + SealedStream.ChunkSize + 15, SealedStream.HeaderSize + SealedStream.ChunkSize + 16])
                    .Concat(Enumerable.Range(0, 100).Select(_ => random.Next(whole.Length))).Where(place => place < whole.Length);
            foreach (var place in at)
            {
                var altered = whole.ToArray();
                altered[place] ^= (byte)(1 << random.Next(8));
                File.WriteAllBytes(file, altered);
                // The header is text: another writing of the same JSON is the same header.
                if (Path.GetFileName(file) == "backup.json" && Opens()) continue;
                Assert.Contains(NameOf(file), Refused(), StringComparison.Ordinal);
            }
            File.WriteAllBytes(file, whole);
        }
        Assert.True(Opens());
    }

    [Fact]
    public void No_cut_goes_unnoticed()
    {
        Write("one", seed: 1);
        foreach (var file in Directory.GetFiles(_temp.At("one")))
        {
            var whole = File.ReadAllBytes(file);
            foreach (var length in (int[])[0, 1, 35, 36, whole.Length / 2, SealedStream.HeaderSize + SealedStream.ChunkSize + 16, whole.Length - 1])
            {
                if (length >= whole.Length) continue;
                File.WriteAllBytes(file, whole[..length]);
                Assert.Contains(NameOf(file), Refused(), StringComparison.Ordinal);
            }
            File.WriteAllBytes(file, [.. whole, 0]);
            if (NameOf(file) != "backup.json") Assert.Contains(NameOf(file), Refused(), StringComparison.Ordinal);
            File.Delete(file);
            Assert.Contains(NameOf(file), Refused(), StringComparison.Ordinal);
            File.WriteAllBytes(file, whole);
        }
    }

    [Fact]
    public void Parts_that_changed_places_are_refused()
    {
        Write("one", seed: 1);
        var (first, second) = (_temp.At("one", "0001"), _temp.At("one", "0002"));
        File.Move(first, _temp.At("held"));
        File.Move(second, first);
        File.Move(_temp.At("held"), second);
        Assert.Contains(Names[0], Refused(), StringComparison.Ordinal);
    }

    [Theory, InlineData("0001"), InlineData("0003"), InlineData("manifest"), InlineData("backup.json")]
    public void A_file_of_another_backup_under_the_same_root_key_is_refused(string file)
    {
        Write("one", seed: 1);
        Write("two", seed: 1);
        File.Copy(_temp.At("two", file), _temp.At("one", file), overwrite: true);
        // Another's header is as good a key as any; it is the manifest that it does not open.
        Assert.Contains(file == "backup.json" ? "manifest" : NameOf(file), Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_too_many_is_refused()
    {
        Write("one", seed: 1);
        File.WriteAllText(_temp.At("one", "0004"), "x");
        Assert.Contains("0004", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_root_key_opens_nothing()
    {
        Write("one", seed: 1);
        Directory.CreateDirectory(_temp.At("other"));
        KeyFileProvider.EnsureFile(_temp.At("other", "root.key"));
        using var other = new KeyFileProvider(_temp.At("other", "root.key"));
        Assert.Contains("key", Assert.Throws<InvalidDataException>(() => Reader(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_changes_between_the_check_and_the_restore_is_refused_too()
    {
        Write("one", seed: 1);
        using var backup = Reader(_provider);
        backup.Check();
        var part = backup.Manifest.Parts[0];
        var bytes = File.ReadAllBytes(_temp.At("one", part.File));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_temp.At("one", part.File), bytes);
        Assert.Contains(part.Name, Assert.Throws<InvalidDataException>(() => Extracted(backup, part)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_written_whole_or_not_at_all()
    {
        using (var writer = Writer("one"))
        {
            writer.Add("a", PartKind.File, new MemoryStream([1, 2, 3]));
            Assert.False(Directory.Exists(_temp.At("one")));
        }
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_temp.Path), entry => Path.GetFileName(entry).StartsWith("one", StringComparison.Ordinal));
        Write("one", seed: 1);
        Assert.Throws<InvalidDataException>(() => Writer("one"));
        Assert.All(Directory.GetFiles(_temp.At("one")), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    // The file provider answers at once.
    BackupReader Reader(KeyFileProvider provider) => BackupReader.Open(_temp.At("one"), provider, CancellationToken.None).GetAwaiter().GetResult();
    BackupWriter Writer(string folder) => BackupWriter.Create(_temp.At(folder), _provider, CancellationToken.None).GetAwaiter().GetResult();

    List<byte[]> Write(string folder, int seed, string marker = "")
    {
        var random = new Random(seed);
        var contents = new List<byte[]>();
        using var writer = Writer(folder);
        foreach (var (name, size) in Names.Zip([200_000, 3000, 0]))
        {
            var content = new byte[size];
            random.NextBytes(content);
            contents.Add([.. content, .. Encoding.UTF8.GetBytes(marker)]);
            writer.Add(name, PartKind.File, new MemoryStream(contents[^1]));
        }
        writer.Finish(1, "1.0", [new StoreState(Names[0], new SortedDictionary<string, long> { ["patients"] = 12 }, new AuditHead(3, "00"))]);
        return contents;
    }

    static string NameOf(string file) => Path.GetFileName(file) switch { "0001" => Names[0], "0002" => Names[1], "0003" => Names[2], var name => name };

    static byte[] Extracted(BackupReader backup, BackupPart part)
    {
        using var plain = new MemoryStream();
        backup.Extract(part, plain);
        return plain.ToArray();
    }

    bool Opens()
    {
        try
        {
            using var backup = Reader(_provider);
            backup.Check();
            return true;
        }
        catch (InvalidDataException) { return false; }
    }

    string Refused() => Assert.Throws<InvalidDataException>(() =>
    {
        using var backup = Reader(_provider);
        backup.Check();
    }).Message;

    public void Dispose()
    {
        _provider.Dispose();
        _temp.Dispose();
    }
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FirstRing.Host;
using FirstRing.Platform.Sealing;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Shapes;

/// <summary>
/// A clinic's keys are destroyed, and an older backup of it is restored. Whoever has everything but those keys reads nothing of the clinic: the store, its log of
/// writes, the queues, the audit log's segments and the backup are searched with every key that can still be unwrapped. The log's proofs hold all the same.
/// </summary>
public sealed partial class DestroyedClinic : IDisposable
{
    const string Marker = "Quillfeather-Zabrodskaya";
    const int Written = 8;
    readonly TempFolder _temp = new();

    [Fact]
    public async Task An_older_backup_gives_nothing_of_it_back_and_the_proofs_still_hold()
    {
        var (data, kept) = (_temp.At("data"), _temp.At("kept"));
        DemoVisit visit;
        string pass;
        string? picture;
        await using (var platform = await RunningPlatform.Start(data: data))
        {
            visit = await platform.DemoVisit();
            pass = await platform.Enter(visit.Patient);
            using var raw = new Raw(platform.Door, pass);
            for (var number = 0; number < Written; number++)
                await Eventually.True("a message is taken", async () => (await raw.Write(string.Create(CultureInfo.InvariantCulture, $"{Marker} {number}"))).Status is >= 200 and < 300);
            picture = (await raw.Attach(PlantedFiles.Photo(), $"{Marker}.jpg")).File;
            Assert.Equal(200, (await raw.Ask(HttpMethod.Get, $"/messages/files/{picture}")).Status);
            await Server("backup", "--data", data, "--to", kept);
            await platform.Stop();
        }

        // The same search, the clinic's keys still there: it finds what was written.
        var control = await Restore(kept, Path.Combine(data, "keys"), "control");
        var (found, values) = await Search(control, Path.Combine(control, "keys"));
        Assert.True(found >= Written, $"{found} found in {values} sealed values");

        var keys = Path.Combine(_temp.At("away"), "keys");
        Directory.CreateDirectory(_temp.At("away"));
        await Copy(Path.Combine(data, "keys"), keys);
        using (var provider = new KeyFileProvider(Path.Combine(keys, "root.key")))
            await provider.Destroy((await provider.Tenants(default)).Single(tenant => tenant.StartsWith("ten_", StringComparison.Ordinal)), default);
        var restored = await Restore(kept, keys, "restored");
        foreach (var folder in (string[])[restored, data, kept, control])
        {
            var (left, tried) = await Search(folder, keys);
            Console.WriteLine($"figure: shredded, {Path.GetFileName(folder)}: {left} of {tried} sealed values show a marker");
            Assert.Equal(0, left);
            if (folder != kept) Assert.True(tried >= Written, $"{tried} sealed values in {folder}");
        }

        var (code, told, errors) = await Repository.Run(Path.Combine(Repository.Root, "firstring"), "audit", "verify", "--data", restored);
        Assert.True(code == 0, told + errors);
        await using var again = await RunningPlatform.Start(data: restored);
        using var door = new Raw(again.Door);
        Assert.DoesNotContain(Marker, (await door.Ask(HttpMethod.Get, visit.Patient.PathAndQuery)).Body, StringComparison.Ordinal);
        using var holder = new Raw(again.Door, pass);
        Assert.Equal((410, "keys-destroyed"), Told(await holder.Ask(HttpMethod.Get, "/messages")));
        Assert.Equal((410, "keys-destroyed"), Told(await holder.Write("Is anybody there?")));
        Assert.Equal((410, "keys-destroyed"), Told(await holder.Ask(HttpMethod.Get, $"/messages/files/{picture}")));
        Assert.Single(Directory.GetFiles(Path.Combine(restored, "stores", "messaging", "files"), "fil_*", SearchOption.AllDirectories)); // there, and of no use to anybody

        static (int, string?) Told(Said said) => (said.Status, said.Code);
    }

    // Every file whole: pages that are in use, free pages, write-ahead logs, segments. A sealed value is tried with each key that unwraps, without asking for its tag or place.
    static async Task<(int Found, int Values)> Search(string folder, string keys)
    {
        using var provider = new KeyFileProvider(Path.Combine(keys, "root.key"));
        var tenants = Directory.GetDirectories(Path.Combine(keys, "tenants")).Select(path => Path.GetFileName(path)!).ToList();
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Where(path => !path.Contains("/keys/", StringComparison.Ordinal)).Select(File.ReadAllBytes).ToList();
        files.AddRange(files.SelectMany(file => Base64().Matches(Encoding.Latin1.GetString(file)).Select(match => Convert.FromBase64String(match.Value[..(match.Length / 4 * 4)]))).ToList());
        var unwrapped = new Dictionary<Guid, byte[]>();
        foreach (var file in files)
            foreach (var at in Places(file, "FK\u0001"u8.ToArray()).Where(at => at + WrappedKey.Size <= file.Length))
            {
                // The row of a wrapped key begins with its id and names its tenant and purpose.
                var row = Encoding.Latin1.GetString(file, Math.Max(0, at - 200), Math.Min(at, 200));
                foreach (var id in Id().Matches(row).Select(match => match.Value).Where(id => !unwrapped.ContainsKey(Guid.ParseExact(id, "N"))))
                    foreach (var tenant in tenants.Where(tenant => row.Contains(tenant, StringComparison.Ordinal)))
                        foreach (var service in ModuleTable.Rows.Select(row => row.Name))
                            foreach (var purpose in (string[])[StoreKeys.ContentPurpose, StoreKeys.AuditPurpose])
                                try
                                {
                                    unwrapped[Guid.ParseExact(id, "N")] = await provider.Unwrap(tenant, SealedBlob.Place(tenant, service, purpose, id), file.AsMemory(at, WrappedKey.Size), default);
                                }
                                catch (Exception failure) when (failure is CryptographicException or KeysDestroyed or KeysUnavailable) { }
            }
        var (found, values) = (0, 0);
        foreach (var file in files)
            foreach (var at in Places(file, "FR\u0001\u0001"u8.ToArray()))
            {
                var blob = file.AsSpan(at, Math.Min(4096, file.Length - at));
                if (!SealedBlob.TryReadKeyId(blob, out var id)) continue;
                values++;
                foreach (var key in unwrapped.TryGetValue(id, out var own) ? [own] : unwrapped.Values.ToArray())
                    if (Stream(blob, key).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Marker)) >= 0)
                    {
                        found++;
                        break;
                    }
            }
        return (found, values);
    }

    // What AES-GCM's counter mode makes of the value (NIST SP 800-38D §6.5: the first block of the text is under counter 2).
    static byte[] Stream(ReadOnlySpan<byte> blob, byte[] key)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        var sealedText = blob[(SealedBlob.HeaderSize + SealedBlob.NonceSize)..];
        var blocks = new byte[(sealedText.Length + 15) / 16 * 16];
        for (var block = 0; block < blocks.Length / 16; block++)
        {
            blob.Slice(SealedBlob.HeaderSize, SealedBlob.NonceSize).CopyTo(blocks.AsSpan(block * 16));
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(blocks.AsSpan(block * 16 + 12), block + 2);
        }
        var plain = aes.EncryptEcb(blocks, PaddingMode.None).AsSpan(0, sealedText.Length).ToArray();
        for (var i = 0; i < plain.Length; i++) plain[i] ^= sealedText[i];
        return plain;
    }

    static IEnumerable<int> Places(byte[] file, byte[] what)
    {
        for (var (at, next) = (0, 0); (next = file.AsSpan(at).IndexOf(what)) >= 0; at += next + 1) yield return at + next;
    }

    async Task<string> Restore(string kept, string keys, string name)
    {
        var data = Directory.CreateDirectory(_temp.At(name)).FullName;
        await Copy(keys, Path.Combine(data, "keys"));
        await Server("restore", "--from", kept, "--data", data);
        return data;
    }

    static async Task Copy(string from, string to) => Assert.Equal(0, (await Repository.Run("cp", "-a", from, to)).Code);

    static async Task Server(params string[] words)
    {
        var (code, told, errors) = await Repository.Run(await Repository.Server, words);
        Assert.True(code == 0, told + errors);
    }

    [GeneratedRegex("[0-9a-f]{32}")]
    private static partial Regex Id();

    [GeneratedRegex("RlIBA[A-Za-z0-9+/]{40,}={0,2}")]
    private static partial Regex Base64();

    public void Dispose() => _temp.Dispose();
}

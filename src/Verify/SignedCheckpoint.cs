using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Verify;

/// <summary>A public key as signed notes name it: <c>name+id+base64(0x02 ‖ SubjectPublicKeyInfo)</c>.</summary>
internal sealed record PublicKey(string Text, string Name, byte[] Id, byte[] Spki)
{
    public static PublicKey? Read(string text)
    {
        var first = text.IndexOf('+', StringComparison.Ordinal);
        var second = first < 0 ? -1 : text.IndexOf('+', first + 1);
        if (first <= 0 || second < 0 || Exact.Base64(text[(second + 1)..]) is not [2, .. var spki]) return null;
        var id = SHA256.HashData(spki)[..4];
        return Convert.ToHexStringLower(id) == text[(first + 1)..second] ? new PublicKey(text, text[..first], id, spki) : null;
    }

    public bool Signed(byte[] content, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Spki, out _);
            return key.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

/// <summary>A signed checkpoint.</summary>
internal sealed record SignedCheckpoint(string Text, string Origin, long Size, byte[] Root, IReadOnlyList<(string Name, byte[] Id, byte[] Signature)> Lines)
{
    public static SignedCheckpoint? Read(string note)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n')) return null;
        var text = note[..(end + 1)];
        var parts = text.Split('\n');
        if (parts.Length != 4 || parts[0].Length == 0) return null;
        if (!long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size.ToString(CultureInfo.InvariantCulture) != parts[1]) return null;
        if (Exact.Base64(parts[2]) is not { Length: 32 } root) return null;
        var lines = new List<(string, byte[], byte[])>();
        foreach (var line in note[(end + 2)..^1].Split('\n'))
        {
            if (line.Split(' ') is not ["—", { Length: > 0 } name, var coded] || Exact.Base64(coded) is not { Length: > 4 } bytes) return null;
            lines.Add((name, bytes[..4], bytes[4..]));
        }
        return new SignedCheckpoint(text, parts[0], size, root, lines);
    }

    public bool SignedBy(IEnumerable<PublicKey> keys) => keys.Any(key => Lines.Any(line => line.Name == key.Name && line.Id.AsSpan().SequenceEqual(key.Id)
        && key.Signed(Encoding.UTF8.GetBytes(Text), line.Signature)));

    /// <summary>When the witness saw it, seconds since 1970; null where it did not sign.</summary>
    public long? SeenBy(PublicKey key)
    {
        foreach (var (name, id, signature) in Lines)
        {
            if (name != key.Name || !id.AsSpan().SequenceEqual(key.Id) || signature.Length <= 8) continue;
            var seconds = BinaryPrimitives.ReadInt64BigEndian(signature);
            if (key.Signed(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{Text}")), signature.AsSpan(8))) return seconds;
        }
        return null;
    }
}

/// <summary>Base64 that has one way to be written: a flipped bit must not read as the same bytes.</summary>
internal static class Exact
{
    public static byte[]? Base64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text ? bytes[..length] : null;
    }
}

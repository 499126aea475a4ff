using System.Text.RegularExpressions;

namespace FirstRing.Tests.Architecture;

/// <summary>The inventory in docs/security/keys.md and the primitives that the sources use, both ways.</summary>
public sealed partial class KeyInventory
{
    // Hashes without a key have no place in it; SHA-1 stands here because only HMACs of protocols use it.
    [GeneratedRegex(@"\bnew (AesGcm|AesCcm|ChaCha20Poly1305|HMAC\w+)\(|\b(HKDF|HMACSHA\w+|HMACMD5|ECDsa|ECDiffieHellman|RSA|DSA|MLKem|MLDsa|Rfc2898DeriveBytes|TripleDES|Aes)\.\w|\b(CKM_\w+)\b|\b(AesGcm|PasswordHasher)\b|IncrementalHash\.CreateHMAC\(HashAlgorithmName\.(\w+)|\b(HMACSHA1)\b")]
    private static partial Regex Primitive();

    [GeneratedRegex(@"^\| `(?<file>src/[^`]+)` \| (?<primitives>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [Fact]
    public void The_inventory_is_what_the_code_uses()
    {
        var text = House.Text("docs/security/keys.md");
        var from = text.IndexOf("<!-- inventory -->", StringComparison.Ordinal);
        var listed = Row().Matches(text[from..text.IndexOf("<!-- /inventory -->", StringComparison.Ordinal)])
            .Select(row => $"{row.Groups["file"].Value}: {string.Join(", ", row.Groups["primitives"].Value.Split(',').Select(word => word.Trim()).Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal);
        var used = House.Files("src", ".cs").Select(file => (file, Used: Used(House.Text(file)))).Where(each => each.Used.Length > 0).Select(each => $"{each.file}: {each.Used}").Order(StringComparer.Ordinal);
        Assert.Equal(used, listed);
    }

    [Theory]
    [InlineData("using var aes = new AesGcm(key, 16);", "AesGcm")]
    [InlineData("var key = RSA.Create(2048);", "RSA")]
    [InlineData("HMACSHA512.HashData(key, x); HKDF.Extract(a, b);", "HKDF, HMACSHA512")]
    [InlineData("Create(CKM.CKM_RSA_PKCS)", "CKM_RSA_PKCS")]
    public void A_planted_use_is_found(string text, string primitives) => Assert.Equal(primitives, Used(text));

    static string Used(string text) => string.Join(", ", Primitive().Matches(Comment().Replace(text, ""))
        .Select(match => match.Groups.Values.Skip(1).First(group => group.Success).Value).Distinct().Order(StringComparer.Ordinal));

    [GeneratedRegex(@"//.*")] private static partial Regex Comment();
}

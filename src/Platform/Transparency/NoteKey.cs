using System.Security.Cryptography;

namespace FirstRing.Platform.Transparency;

/// <summary>
/// A public key of signed notes (C2SP signed-note): <c>name+id+base64(0x02 ‖ SubjectPublicKeyInfo)</c>. ECDSA P-256 with SHA-256, so that a verifier needs the base
/// library alone; its id is the first four bytes of the SHA-256 of the key.
/// </summary>
public sealed record NoteKey(string Name, byte[] Spki)
{
    const byte Ecdsa = 2;

    public byte[] Id => SHA256.HashData(Spki)[..4];

    public override string ToString() => $"{Name}+{Convert.ToHexStringLower(Id)}+{Convert.ToBase64String([Ecdsa, .. Spki])}";

    /// <summary>Null where the text is no such key.</summary>
    public static NoteKey? Parse(string text)
    {
        var parts = text.Trim().Split('+', 3);
        if (parts.Length != 3 || parts[0].Length == 0 || parts[0].Any(char.IsWhiteSpace)) return null;
        var bytes = new byte[parts[2].Length];
        if (!Convert.TryFromBase64String(parts[2], bytes, out var length) || length < 2 || bytes[0] != Ecdsa) return null;
        var key = new NoteKey(parts[0], bytes[1..length]);
        return Convert.ToHexStringLower(key.Id) == parts[1] ? key : null;
    }

    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
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

    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> content) => key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}

using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Transparency;

/// <summary>A text and the lines of those who sign it (C2SP signed-note). <paramref name="Text"/> ends with a line feed.</summary>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    const string Dash = "— ";

    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(one => $"{one}\n"))}";

    public static SignedNote? Parse(string note)
    {
        var end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0 || !note.EndsWith('\n')) return null;
        var lines = note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(NoteSignature.Parse).ToList();
        return lines.Count == 0 || lines.Contains(null) ? null : new SignedNote(note[..(end + 1)], [.. lines.OfType<NoteSignature>()]);
    }

    public SignedNote With(NoteSignature signature) => this with { Signatures = [.. Signatures, signature] };

    /// <summary>Whether one of <paramref name="keys"/> signed the text.</summary>
    public bool IsSignedBy(IEnumerable<NoteKey> keys)
    {
        var content = Encoding.UTF8.GetBytes(Text);
        return keys.Any(key => Signatures.Any(one => one.IsOf(key) && key.Verifies(content, one.Signature)));
    }

    public static SignedNote Sign(string text, NoteKey key, ECDsa secret) =>
        new(text, [new NoteSignature(key.Name, key.Id, NoteKey.Sign(secret, Encoding.UTF8.GetBytes(text)))]);

    /// <summary>The form of a line that signs.</summary>
    internal static string Line(string name, byte[] keyId, byte[] signature) => $"{Dash}{name} {Convert.ToBase64String([.. keyId, .. signature])}";

    internal static (string Name, byte[] Bytes)? ReadLine(string line)
    {
        if (!line.StartsWith(Dash, StringComparison.Ordinal) || line.Split(' ') is not { Length: 3 } parts || parts[1].Length == 0) return null;
        var bytes = new byte[parts[2].Length];
        return Convert.TryFromBase64String(parts[2], bytes, out var length) && length > 4 ? (parts[1], bytes[..length]) : null;
    }
}

public sealed record NoteSignature(string Name, byte[] KeyId, byte[] Signature)
{
    public bool IsOf(NoteKey key) => Name == key.Name && KeyId.AsSpan().SequenceEqual(key.Id);

    public override string ToString() => SignedNote.Line(Name, KeyId, Signature);

    public static NoteSignature? Parse(string line) => SignedNote.ReadLine(line) is var (name, bytes) ? new NoteSignature(name, bytes[..4], bytes[4..]) : null;
}

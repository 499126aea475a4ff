using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FirstRing.Platform.Transparency;

/// <summary>What a log says of itself (C2SP tlog-checkpoint): its name, its size and the root over all of it.</summary>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>Three lines, each ended by a line feed.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    /// <summary>Null where the note's text is no checkpoint.</summary>
    public static Checkpoint? Parse(SignedNote note)
    {
        var lines = note.Text.Split('\n');
        if (lines.Length < 4 || lines[0].Length == 0) return null;
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size.ToString(CultureInfo.InvariantCulture) != lines[1]) return null;
        var root = new byte[48];
        return Convert.TryFromBase64String(lines[2], root, out var length) && length == Rfc6962.HashSize ? new Checkpoint(lines[0], size, root[..length]) : null;
    }
}

/// <summary>A witness's word on a checkpoint, in the form of C2SP tlog-cosignature: the time at which it saw it (seconds), then the signature over both.</summary>
public static class Cosignature
{
    public static NoteSignature Sign(SignedNote note, long seconds, NoteKey key, ECDsa secret)
    {
        var stamp = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(stamp, seconds);
        return new NoteSignature(key.Name, key.Id, [.. stamp, .. NoteKey.Sign(secret, Signed(note, seconds))]);
    }

    /// <summary>When <paramref name="key"/> saw the checkpoint, in seconds since 1970; null where it has not signed it.</summary>
    public static long? SeenBy(this SignedNote note, NoteKey key)
    {
        foreach (var one in note.Signatures.Where(one => one.IsOf(key) && one.Signature.Length > 8))
        {
            var seconds = BinaryPrimitives.ReadInt64BigEndian(one.Signature);
            if (key.Verifies(Signed(note, seconds), one.Signature.AsSpan(8))) return seconds;
        }
        return null;
    }

    static byte[] Signed(SignedNote note, long seconds) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{note.Text}"));
}

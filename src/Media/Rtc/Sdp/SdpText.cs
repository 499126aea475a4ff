using System.Globalization;

namespace FirstRing.Media.Rtc.Sdp;

static class SdpText
{
    // Cuts the next word off, with the spaces before it; empty at the end.
    internal static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> text)
    {
        text = text.TrimStart(' ');
        var space = text.IndexOf(' ');
        var word = space < 0 ? text : text[..space];
        text = space < 0 ? default : text[(space + 1)..].TrimStart(' ');
        return word;
    }

    internal static bool TryPayloadType(ReadOnlySpan<char> word, out int type) =>
        int.TryParse(word, NumberStyles.None, null, out type) && type <= 127;

    // RFC 8839 §5.4: ice-chars, from a minimum up to 256. What was read before must be the same.
    internal static bool TryCredential(ReadOnlySpan<char> value, int minimum, ref string? credential)
    {
        if (value.Length < minimum || value.Length > 256) return false;
        foreach (var c in value)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/'))
                return false;
        if (credential is not null) return value.SequenceEqual(credential);
        credential = value.ToString();
        return true;
    }

    internal static bool TryColonHex(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        text = text.TrimEnd(' ');
        if (text.Length != bytes.Length * 3 - 1) return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i > 0 && text[3 * i - 1] != ':') return false;
            if (!byte.TryParse(text.Slice(3 * i, 2), NumberStyles.AllowHexSpecifier, null, out bytes[i])) return false;
        }
        return true;
    }
}

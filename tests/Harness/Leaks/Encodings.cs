using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace FirstRing.Tests.Harness.Leaks;

/// <summary>Every way in which a text may lie in a file, a log or a packet. What is packed (gzip, zlib, deflate, brotli) is unpacked first: <see cref="Unpacked"/>.</summary>
public static class Encodings
{
    public static readonly IReadOnlyList<string> Packings = ["gzip", "zlib", "deflate", "brotli"];

    /// <summary>Name of the encoding and the bytes; the same bytes may come under several names.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Of(string text)
    {
        foreach (var (name, cased) in Cases(text))
        {
            yield return ($"{name}utf-8", Encoding.UTF8.GetBytes(cased));
            yield return ($"{name}utf-16le", Encoding.Unicode.GetBytes(cased));
            yield return ($"{name}utf-16be", Encoding.BigEndianUnicode.GetBytes(cased));
            if (cased.All(letter => letter < 256)) yield return ($"{name}latin-1", Encoding.Latin1.GetBytes(cased));
        }
        foreach (var (name, bytes) in ((string, byte[])[])[("", Encoding.UTF8.GetBytes(text)), ("utf-16le ", Encoding.Unicode.GetBytes(text))])
        {
            for (var before = 0; before < 3; before++)
            {
                var base64 = Base64(bytes, before);
                yield return ($"{name}base64 at {before}", Encoding.ASCII.GetBytes(base64));
                yield return ($"{name}base64url at {before}", Encoding.ASCII.GetBytes(base64.Replace('+', '-').Replace('/', '_')));
            }
            yield return ($"{name}hex", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
            yield return ($"{name}upper hex", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        }
        foreach (var (name, written) in Written(text)) yield return (name, Encoding.UTF8.GetBytes(written));
    }

    static IEnumerable<(string, string)> Cases(string text) =>
        [("", text), ("upper case ", text.ToUpperInvariant()), ("lower case ", text.ToLowerInvariant()), ("reversed ", new string([.. text.Reverse()]))];

    static IEnumerable<(string, string)> Written(string text)
    {
        var url = Uri.EscapeDataString(text);
        yield return ("url", url);
        yield return ("url, lower hex", LowerAfter(url, '%', 2));
        yield return ("form", WebUtility.UrlEncode(text));
        yield return ("url, every byte", string.Concat(Encoding.UTF8.GetBytes(text).Select(one => $"%{one:X2}")));
        var json = JavaScriptEncoder.Default.Encode(text);
        yield return ("json", json);
        yield return ("json, lower hex", LowerAfter(json, '\\', 5));
        yield return ("json, every letter", string.Concat(text.Select(letter => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"))));
        yield return ("html", HtmlEncoder.Default.Encode(text));
        yield return ("html, decimal", WebUtility.HtmlEncode(text));
        yield return ("html, every letter", string.Concat(text.Select(letter => string.Create(CultureInfo.InvariantCulture, $"&#{(int)letter};"))));
        yield return ("quoted-printable", string.Concat(Encoding.UTF8.GetBytes(text).Select(one => one is > 32 and < 127 and not (byte)'=' or (byte)' ' ? $"{(char)one}" : $"={one:X2}")));
    }

    // The letters that depend on the text alone, whatever stands before and after it.
    static string Base64(byte[] text, int before)
    {
        var (from, to) = ((before * 8 + 5) / 6, (before + text.Length) * 8 / 6);
        return Convert.ToBase64String([.. new byte[before], .. text])[from..to];
    }

    static string LowerAfter(string text, char mark, int digits)
    {
        var letters = text.ToCharArray();
        for (var at = 0; at < letters.Length; at++)
            if (letters[at] == mark)
                for (var digit = at + 1; digit <= at + digits && digit < letters.Length; digit++) letters[digit] = char.ToLowerInvariant(letters[digit]);
        return new string(letters);
    }
}

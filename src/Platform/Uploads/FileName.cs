using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace FirstRing.Platform.Uploads;

/// <summary>The name that somebody's device had for a file. It narrates, so it is kept sealed; nothing is ever opened by it.</summary>
public static class FileName
{
    /// <summary>The header that it comes in, percent-encoded UTF-8.</summary>
    public const string Header = "File-Name";

    const int Longest = 100;
    const string Nameless = "picture";

    /// <summary>What is kept of it: no folders, no ending, no control characters, nothing that turns the direction of a text.</summary>
    public static string Clean(string? sent)
    {
        var name = Decoded(sent ?? "");
        name = name[(name.LastIndexOfAny(['/', '\\', ':']) + 1)..];
        var dot = name.LastIndexOf('.');
        if (dot >= 0) name = name[..dot];
        name = new string([.. name.Where(letter => char.GetUnicodeCategory(letter) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))]);
        name = name.Trim(' ', '.');
        return name.Length == 0 ? Nameless : name[..Math.Min(name.Length, Longest)];
    }

    /// <summary>A Content-Disposition that offers it for keeping (RFC 6266, RFC 8187), with the ending that its content has.</summary>
    public static string Disposition(string name, FileKind kind)
    {
        var header = new ContentDispositionHeaderValue("attachment");
        header.SetHttpFileName(name + kind.Words().Ending);
        return header.ToString();
    }

    static string Decoded(string sent)
    {
        try { return sent.Length > Longest * 12 ? "" : Uri.UnescapeDataString(sent); }
        catch (UriFormatException) { return ""; }
    }
}

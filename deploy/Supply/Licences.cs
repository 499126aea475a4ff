using System.Xml.Linq;

namespace FirstRing.Supply;

/// <summary>What a package's maker says its licence is (an SPDX expression), and whether we allow it.</summary>
public static class Licences
{
    /// <summary>The folder that NuGet unpacks packages into.</summary>
    public static string PackageCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } set
        ? set
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>The package's own licence expression; null where it has none that a machine can read.</summary>
    public static string? Of(Package package, string cache)
    {
        if (package.Ecosystem == Ecosystem.Npm) return package.Licence;
        var id = package.Name.ToLowerInvariant();
        var file = Path.Combine(cache, id, package.Version.Split('+')[0].ToLowerInvariant(), $"{id}.nuspec");
        return File.Exists(file) ? OfNuspec(File.ReadAllText(file)) : null;
    }

    /// <summary>The expression of a .nuspec; a licence that is a file or an address is not one.</summary>
    public static string? OfNuspec(string xml) => XDocument.Parse(xml).Descendants().FirstOrDefault(element => element.Name.LocalName == "license") is { } licence
        && licence.Attribute("type")?.Value == "expression" ? licence.Value.Trim() : null;

    /// <summary>Whether an SPDX expression (Annex D) can be met by allowed licences: one side of an OR, both of an AND. An exception (WITH) is not known to us.</summary>
    public static bool Allows(string expression, IReadOnlySet<string> allowed)
    {
        var words = new Queue<string>(expression.Replace("(", " ( ", StringComparison.Ordinal).Replace(")", " ) ", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        try { return Either(words, allowed) && words.Count == 0; }
        catch (InvalidOperationException) { return false; } // the expression ends where a licence should stand
    }

    static bool Either(Queue<string> words, IReadOnlySet<string> allowed)
    {
        var met = Both(words, allowed);
        while (words.TryPeek(out var next) && next == "OR")
        {
            words.Dequeue();
            met |= Both(words, allowed);
        }
        return met;
    }

    static bool Both(Queue<string> words, IReadOnlySet<string> allowed)
    {
        var met = One(words, allowed);
        while (words.TryPeek(out var next) && next == "AND")
        {
            words.Dequeue();
            met &= One(words, allowed);
        }
        return met;
    }

    static bool One(Queue<string> words, IReadOnlySet<string> allowed)
    {
        if (words.Dequeue() is var word && word != "(") return allowed.Contains(word);
        var met = Either(words, allowed);
        return words.Dequeue() == ")" && met;
    }
}

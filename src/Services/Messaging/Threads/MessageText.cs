namespace FirstRing.Messaging.Threads;

/// <summary>What may be said in one message.</summary>
internal static class MessageText
{
    public const int Longest = 4_000;

    /// <summary>The text as it is kept, line ends as <c>\n</c>; null where it is empty, too long, or holds control characters.</summary>
    public static string? Clean(string text)
    {
        // Composed where the runtime has the tables for it; with invariant globalization the page composes.
        var clean = text.ReplaceLineEndings("\n").Normalize();
        return clean.Length is > 0 and <= Longest && !string.IsNullOrWhiteSpace(clean) && !clean.Any(c => char.IsControl(c) && c != '\n') ? clean : null;
    }
}

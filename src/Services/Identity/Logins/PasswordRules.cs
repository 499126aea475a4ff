using FirstRing.Contracts;

namespace FirstRing.Identity.Logins;

/// <summary>
/// What a password must be like when it is set: long enough, none of those that breaches brought to light, and not made of what is tried first: the words that
/// most passwords are made of, the clinic's and the member's own, rows of keys, counting and repeating, with whatever digits and signs around them.
/// Composition is not asked for (NIST SP 800-63B-4 3.1.1.2).
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12, Longest = 200;

    // A password of fewer different characters is a repeated one, and one of fewer steps that are no counting (3 after 2, 0 after 9) is counted.
    const int FewestDifferent = 5, FewestSteps = 4, ShortestWord = 3;

    static readonly string[] Common = [.. Lines("common-words.txt").SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    static readonly Refusal
        Short = new("password-short", "A password has at least 12 characters.", 422),
        Long = new("password-long", "A password has at most 200 characters.", 422),
        Guessed = new("password-common", "This password is too easy to guess.", 422);

    /// <summary>Null for a password that will do. <paramref name="known"/>: what everyone who knows the member knows too, as their name and the clinic's.</summary>
    public static Refusal? WhyNot(string password, params IReadOnlyList<string> known)
    {
        if (password.Length < Shortest) return Short;
        if (password.Length > Longest) return Long;
        var letters = Plain(password);
        var words = Common.Concat(known.SelectMany(text => text.Split(' ')).Select(Plain)).Where(word => word.Length >= ShortestWord).ToHashSet();
        return password.ToLowerInvariant().Distinct().Count() < FewestDifferent || Steps(password) < FewestSteps || IsMadeOf(letters, words) || IsBreached(password) ? Guessed : null;
    }

    static int Steps(string password) => password.Zip(password[1..]).Count(pair => Math.Abs(pair.Second - pair.First) is not (0 or 1 or 9));

    // Only the letters count, as they are meant: digits and signs stand for letters or are added at the ends.
    static string Plain(string text) => new([.. text.ToLowerInvariant().Select(letter => letter switch
    {
        '0' => 'o',
        '1' or '!' => 'i',
        '3' => 'e',
        '4' or '@' => 'a',
        '5' or '$' => 's',
        _ => letter,
    }).Where(char.IsLetter)]);

    // Whether the letters are such words one after another, with at most three letters that are none: places[n] is the fewest that the first n need.
    static bool IsMadeOf(string letters, HashSet<string> words)
    {
        var longest = words.Count == 0 ? 0 : words.Max(word => word.Length);
        var places = new int[letters.Length + 1];
        for (var end = 1; end <= letters.Length; end++)
        {
            places[end] = places[end - 1] + 1;
            for (var length = ShortestWord; length <= Math.Min(longest, end); length++)
                if (words.Contains(letters.Substring(end - length, length))) places[end] = Math.Min(places[end], places[end - length]);
        }
        return places[^1] <= ShortestWord;
    }

    /// <summary>Whether it is among the <see cref="Breached"/> ones, in whatever case.</summary>
    static bool IsBreached(string password) => Breached().Contains(password, StringComparer.OrdinalIgnoreCase);

    /// <summary>The passwords that breaches brought to light and that are long enough to be set here. They are read when one is set, which is seldom, and not kept in memory.</summary>
    internal static IEnumerable<string> Breached() => Lines("known-passwords.txt");

    static IEnumerable<string> Lines(string resource)
    {
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream(resource)!);
        while (reader.ReadLine() is { } line) yield return line;
    }
}

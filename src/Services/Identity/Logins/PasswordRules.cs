using FirstRing.Contracts;
using Zxcvbn;

namespace FirstRing.Identity.Logins;

/// <summary>
/// What a password must be like when it is set: long enough, and none that is soon guessed. Composition is not asked for. What is judged besides 30,000
/// passwords in use, names and English words are the words of the clinic and of the person.
/// </summary>
internal static class PasswordRules
{
    public const int Shortest = 12, Longest = 200;

    // Judging takes longer with length; what begins well enough does not get worse.
    const int Judged = 64, GoodEnough = 3;
    static readonly string[] Ours = ["firstring", "clinic", "clinician", "practice", "hospital", "doctor", "patient", "nurse", "medical", "health", "telehealth", "video visit"];

    static readonly Refusal
        Short = new("password-short", "A password has at least 12 characters.", 422),
        Long = new("password-long", "A password has at most 200 characters.", 422),
        Common = new("password-common", "This password is too easy to guess.", 422);

    /// <summary>Null for a password that will do. <paramref name="words"/>: what everyone who knows the member knows too.</summary>
    public static Refusal? WhyNot(string password, params IEnumerable<string> words)
    {
        if (password.Length < Shortest) return Short;
        if (password.Length > Longest) return Long;
        var known = words.Concat(words.SelectMany(word => word.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(word => word.Length > 2).Concat(Ours);
        return Core.EvaluatePassword(password[..Math.Min(password.Length, Judged)], known).Score < GoodEnough ? Common : null;
    }
}

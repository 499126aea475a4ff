using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace FirstRing.Identity.Logins;

/// <summary>
/// Password hashes by ASP.NET's PBKDF2-HMAC-SHA-512, at the 210,000 rounds that OWASP's cheat sheet asks of it. Checking is the same work for someone who
/// does not exist.
/// </summary>
internal sealed class Passwords
{
    public const int Rounds = 210_000;
    const int Longest = 200;

    readonly PasswordHasher<object> _hasher;
    readonly string _nobody;
    readonly object _user = new();

    public Passwords(int rounds)
    {
        _hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = rounds }));
        _nobody = Hash(Platform.Ids.Token.New());
    }

    public string Hash(string password) => _hasher.HashPassword(_user, password);

    /// <summary><paramref name="hash"/> is null for someone who does not exist.</summary>
    public bool Matches(string? hash, string password)
    {
        // A longer one is never ours, and hashing it would be work for an attacker's asking.
        var asked = password.Length <= Longest ? password : "";
        var known = string.IsNullOrEmpty(hash) ? null : hash; // who was invited has none yet
        var same = _hasher.VerifyHashedPassword(_user, known ?? _nobody, asked) != PasswordVerificationResult.Failed;
        return same && known is not null && password.Length <= Longest;
    }
}

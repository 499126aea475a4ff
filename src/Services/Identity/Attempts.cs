using System.Globalization;
using FirstRing.Platform.Storage;

namespace FirstRing.Identity;

/// <summary>At most so many attempts in any span of time, per subject. Counted before the attempt is made, so that parallel guesses count too.</summary>
internal sealed record Attempts(string Scope, int Most, TimeSpan Within)
{
    public static readonly Attempts SignIn = new("sign-in", 10, TimeSpan.FromMinutes(15));
    public static readonly Attempts Code = new("second-factor", 5, TimeSpan.FromMinutes(15));
    public static readonly Attempts PresentPassword = new("present-password", 5, TimeSpan.FromMinutes(15));
    public static readonly Attempts BirthDate = new("birth-date", 5, TimeSpan.FromHours(1));

    /// <summary>False where the subject has none left now.</summary>
    public async Task<bool> Take(Transaction transaction, string subject)
    {
        var recent = await Hold(transaction, subject);
        if (recent.Count >= Most) return false;
        await Save(transaction, subject, [.. recent, transaction.Now]);
        return true;
    }

    /// <summary>An attempt taken at <paramref name="at"/> was a success and does not count; the failures around it still do.</summary>
    public async Task GiveBack(Transaction transaction, string subject, long at)
    {
        var recent = await Hold(transaction, subject);
        recent.Remove(at);
        await Save(transaction, subject, recent);
    }

    async Task<List<long>> Hold(Transaction transaction, string subject)
    {
        var key = new { Scope, subject, now = transaction.Now };
        // The row is there before it is held, so that two first attempts at once wait for each other too.
        await transaction.Execute("INSERT INTO attempts (scope, subject, times, last_at) VALUES (@Scope, @subject, '', @now) ON CONFLICT (scope, subject) DO NOTHING", key);
        var times = await transaction.One<string>($"SELECT times FROM attempts WHERE scope = @Scope AND subject = @subject{transaction.ForUpdate()}", key);
        return [.. times!.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(at => long.Parse(at, CultureInfo.InvariantCulture))
            .Where(at => at > transaction.Now - (long)Within.TotalMicroseconds)];
    }

    Task Save(Transaction transaction, string subject, IReadOnlyList<long> times) => transaction.Execute(
        "UPDATE attempts SET times = @times, last_at = @now WHERE scope = @Scope AND subject = @subject",
        new { times = string.Join(',', times), now = transaction.Now, Scope, subject });

    /// <summary>Forgets subjects that have not tried for a day.</summary>
    public static Task Sweep(Transaction transaction) =>
        transaction.Execute("DELETE FROM attempts WHERE last_at < @past", new { past = transaction.Now - (long)TimeSpan.FromDays(1).TotalMicroseconds });
}

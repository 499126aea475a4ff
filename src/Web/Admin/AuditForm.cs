using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Admin;

/// <summary>What is looked for in the access log, as typed.</summary>
internal sealed record AuditForm
{
    public const int LongestActor = 64;

    /// <summary>The actions that can be chosen; any other shows under its own name.</summary>
    public static readonly IReadOnlyList<string> Actions =
    [
        "read-patient", "break-glass", "review-emergency", "create-patient", "check-birth-date", "book-visit", "end-visit", "enter-by-link", "enter-as-staff", "read-thread", "post-message", "read-file", "post-file",
        "sign-in", "sign-out", "create-link", "revoke-links", "egress", "search-log", "read-log-event",
    ];

    public string Patient { get; init; } = "";
    public string Actor { get; init; } = "";
    public string Action { get; init; } = "";
    public string From { get; init; } = "";
    public string Until { get; init; } = "";
    public string Before { get; init; } = "";

    /// <summary>Field name and key of the text that says what to do; null while nothing is wrong.</summary>
    public (string Field, string Text)? Error { get; init; }

    public static AuditForm Read(IFormCollection form) => new()
    {
        Patient = form["patient"].ToString().Trim(),
        Actor = form["actor"].ToString().Trim(),
        Action = form["action"].ToString(),
        From = form["from"].ToString(),
        Until = form["until"].ToString(),
        Before = form["before"].ToString(),
    };

    public bool IsEmpty => Patient.Length + Actor.Length + Action.Length + From.Length + Until.Length == 0;

    /// <summary>Days are the clinic's; both are included.</summary>
    public (SearchLog? Search, (string, string)? Wrong) ToSearch(TenantId tenant, TimeZoneInfo zone, int most)
    {
        PatientId? patient = null;
        if (Patient.Length > 0)
        {
            if (!PatientId.TryParse(Patient, null, out var id)) return (null, ("patient", "audit.error.patient"));
            patient = id;
        }
        if (Actor.Length > LongestActor) return (null, ("actor", "audit.error.actor"));
        var ((from, fromGood), (until, untilGood)) = (Day(From), Day(Until));
        if (!fromGood || !untilGood) return (null, (fromGood ? "until" : "from", "audit.error.day"));
        return (new SearchLog(tenant, patient, Some(Actor), Some(Action), from is { } first ? Moments.FromLocal(first, zone) : null,
            until is { } last ? Moments.FromLocal(last.AddDays(1), zone) : null, Some(Before), most), null);
    }

    static (DateTime? Day, bool Good) Day(string text) => text.Length == 0 ? (null, true)
        : DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? (day, true) : (null, false);

    static string? Some(string text) => text.Length > 0 ? text : null;
}

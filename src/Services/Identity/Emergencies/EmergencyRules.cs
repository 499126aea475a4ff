using FirstRing.Contracts;
using FirstRing.Platform.Http;

namespace FirstRing.Identity.Emergencies;

/// <summary>Who does what about break-glass, and what a reason and a review's note must be like.</summary>
internal static class EmergencyRules
{
    const int ShortestReason = 10, Longest = 1_000;

    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal OwnVisit = new("own-visit", "This visit is yours. Open it in the ordinary way.", 409);
    public static readonly Refusal ReasonWrong = new("emergency-reason-wrong", "Say in 10 to 1,000 characters what the emergency is.", 422);
    public static readonly Refusal NoEmergency = new("no-emergency", "This record is not open to you.", 403);
    public static readonly Refusal Over = new("emergency-over", "This record is not open to you any more.", 403);
    public static readonly Refusal NoSuchEmergency = new("no-such-emergency", "There is no such emergency access.", 404);
    public static readonly Refusal OwnEmergency = new("own-emergency", "Nobody reviews their own. Ask another admin.", 409);
    public static readonly Refusal Reviewed = new("emergency-reviewed", "This was reviewed already.", 409);
    public static readonly Refusal NoteWrong = new("emergency-note-wrong", "Say in 1 to 1,000 characters why.", 422);

    public static Caller? Admin(Caller caller, TenantId tenant) => caller.Role == Who.Admin ? caller.Within(tenant.ToString()) : null;

    /// <summary>As <see cref="Admin"/>, for who may look: an auditor reads and changes nothing.</summary>
    public static Caller? Reader(Caller caller, TenantId tenant) => Who.LogReaders.Contains(caller.Role) ? caller.Within(tenant.ToString()) : null;

    public static string? Reason(Phi<string> typed) => Text(typed, ShortestReason);

    public static string? Note(Phi<string> typed) => Text(typed, 1);

    // A browser sends the ends of lines as CR LF, whatever was counted while typing.
    static string? Text(Phi<string> typed, int shortest) =>
        typed.Reveal.ReplaceLineEndings("\n").Trim() is { Length: <= Longest } text && text.Length >= shortest && !text.Any(letter => char.IsControl(letter) && letter != '\n') ? text : null;
}

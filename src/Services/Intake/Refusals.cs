using FirstRing.Contracts;

namespace FirstRing.Intake;

internal static class Refusals
{
    public static readonly Refusal NoSuchVisit = new("no-such-visit", "There is no such visit.", 404);
    public static readonly Refusal NotInThisVisit = new("not-in-this-visit", "Only the patient and the clinicians of this visit can do this.", 403);
    public static readonly Refusal NotInScope = new("not-in-scope", "This is not among what you may do for the patient.", 403);
    public static readonly Refusal NoSuchPatient = new("no-such-patient", "There is no such patient.", 404);
    public static readonly Refusal NotAllowed = new("not-allowed", "Only an admin of the clinic may do this.", 403);
    public static readonly Refusal TextUnknown = new("consent-text-unknown", "The clinic has no such text. Look at the page again.", 422);
    public static readonly Refusal TextWrong = new("consent-text-wrong", "A title and a text are needed, at most 20,000 characters together.", 422);
    public static readonly Refusal NoSuchConsent = new("no-such-consent", "There is no such consent.", 404);
    public static readonly Refusal ReasonWrong = new("consent-reason-wrong", "A reason has at most 2,000 characters.", 422);
}

using FirstRing.Contracts;

namespace FirstRing.Identity;

internal static class Refusals
{
    /// <summary>One answer for unknown, expired and revoked links: nobody learns which of them a guess was.</summary>
    public static readonly Refusal LinkNotValid = new("link-not-valid", "This link does not work any more.", 404);
    public static readonly Refusal LinkEarly = new("link-early", "This link does not work yet.", 403);
    public static readonly Refusal LinkTimes = new("link-times-wrong", "A link must expire after it begins, and in the future.", 422);
    public static readonly Refusal PatientMissing = new("patient-missing", "A patient's link must name the patient, a proxy's both.", 422);
    public static readonly Refusal BirthDateWrong = new("birth-date-wrong", "This is not the birth date we have.", 403);
    public static readonly Refusal TooManyTries = new("too-many-tries", "Too many tries. Wait a while, or call the clinic.", 429);
    public static readonly Refusal SignInFailed = new("sign-in-failed", "E-mail address or password is wrong.", 401);
    public static readonly Refusal NotSignedIn = new("not-signed-in", "Please sign in.", 401);
    public static readonly Refusal CodeNeeded = new("code-needed", "Give the code of your second factor first.", 401);
    public static readonly Refusal FactorMissing = new("factor-missing", "Set up a second factor first.", 401);
    public static readonly Refusal CodeWrong = new("code-wrong", "This code is wrong, or was used before.", 403);
    public static readonly Refusal SignInAnew = new("sign-in-anew", "Sign in again before you change this.", 403);
    public static readonly Refusal PresentWrong = new("present-wrong", "This is not your present password.", 403);
    public static readonly Refusal TotpNotBegun = new("totp-not-begun", "Begin anew: there is no app waiting for its first code.", 409);
    public static readonly Refusal NotParticipant = new("not-a-participant", "You are not a participant of this visit.", 403);
    public static readonly Refusal NoSuchTenant = new("no-such-tenant", "There is no such clinic.", 404);
    public static readonly Refusal NoSuchStaff = new("no-such-staff", "There is no such member of staff.", 404);
    public static readonly Refusal DemoOff = new("demo-off", "There is no demo clinic here.", 404);
    public static readonly Refusal Mismatch = new("idempotency-mismatch", "This key was used for another request.", 422);
}

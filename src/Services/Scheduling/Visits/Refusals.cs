using FirstRing.Contracts;

namespace FirstRing.Scheduling.Visits;

internal static class Refusals
{
    public static readonly Refusal NoSuchVisit = new("no-such-visit", "There is no such visit.", 404);
    public static readonly Refusal NotInThisVisit = new("not-in-this-visit", "You are not part of this visit.", 403);
    public static readonly Refusal NotYourPatient = new("not-your-patient", "This patient is somebody else's. The front desk can book a visit with you.", 403);
    public static readonly Refusal TooManyIds = new("too-many-ids", "At most 200 patients at once.", 422);
    public static readonly Refusal InThePast = new("visit-in-the-past", "A visit cannot start in the past.", 422);
    public static readonly Refusal MinutesWrong = new("minutes-wrong", "A visit takes 5 to 480 minutes.", 422);
    public static readonly Refusal Over = new("visit-over", "This visit is over.", 409);
    public static readonly Refusal Full = new("visit-full", "A visit has at most six participants.", 409);
    public static readonly Refusal RoleWrong = new("role-wrong", "Patient and clinician are set at booking; others can be invited.", 422);
    public static readonly Refusal NoSuchProxy = new("no-such-proxy", "Nobody of that name may take part in visits for this patient now.", 404);
    public static readonly Refusal Confidential = new("visit-confidential", "This visit is kept from whoever acts for the patient.", 409);
    public static readonly Refusal Started = new("visit-started", "This visit has started.", 409);
    public static readonly Refusal NotDue = new("visit-not-due", "This visit's time has not come yet.", 409);
    public static readonly Refusal Mismatch = new("idempotency-mismatch", "This key was used for another request.", 422);
}

using Hl7.Fhir.Model;

namespace FirstRing.Audit.Fhir;

/// <summary>What an action of the log is in FHIR's words. <paramref name="Profile"/>: the BALP pattern it follows when it is about a patient and went well. Searches follow none: BALP wants
/// the raw query, and the log keeps none.</summary>
internal sealed record Deed(AuditEvent.AuditEventAction Action, string? Interaction = null, string? Profile = null)
{
    static readonly Deed Read = new(AuditEvent.AuditEventAction.R, "read", "Read"), Create = new(AuditEvent.AuditEventAction.C, "create", "Create"), Update = new(AuditEvent.AuditEventAction.U, "update", "Update"),
        Query = new(AuditEvent.AuditEventAction.E, "search-type"), Execute = new(AuditEvent.AuditEventAction.E);

    static readonly Dictionary<string, Deed> Known = new()
    {
        ["read-patient"] = Read, ["give-contact"] = Read, ["read-thread"] = Read, ["read-emergency"] = Read, ["read-log-event"] = Read,
        ["create-patient"] = Create, ["book-visit"] = Create, ["give-consent"] = Create, ["post-message"] = Create, ["break-glass"] = Create, ["create-link"] = Create,
        ["invite"] = Update, ["end-visit"] = Update, ["mark-no-show"] = Update, ["no-show"] = Update, ["withdraw-consent"] = Update, ["end-emergency"] = Update, ["review-emergency"] = Update,
        ["search-log"] = Query, ["list-consents"] = Query, ["report-disclosures"] = Query,
    };

    public static Deed Of(string action) => Known.GetValueOrDefault(action, Execute);
}

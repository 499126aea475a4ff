using System.Globalization;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Ids;
using Hl7.Fhir.Model;
using Instant = FirstRing.Platform.Ids.Instant;

namespace FirstRing.Audit.Fhir;

/// <summary>
/// An entry of the log as an AuditEvent. Where the entry says all that one of IHE's Basic Audit Log Patterns asks for, the resource says that it follows it; no profile is claimed for
/// anything else. People are there by opaque ids: no name, no date of birth.
/// </summary>
internal static class AuditEvents
{
    /// <summary>The role of an application that acts for itself.</summary>
    public const string Application = "application";

    const string Ours = "urn:firstring:", Dicom = "http://dicom.nema.org/resources/ontology/DCM", Terms = "http://terminology.hl7.org/CodeSystem/",
        Balp = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.", Absent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

    /// <summary>The address of a pattern about a patient.</summary>
    public static string ProfileOf(string pattern) => $"{Balp}Patient{pattern}";

    public static string IdOf(LogEvent one) => one.Seq.ToString(CultureInfo.InvariantCulture);

    public static AuditEvent Of(LogEvent one)
    {
        var (deed, ok) = (Deed.Of(one.Action), one.Outcome == "ok");
        var told = new AuditEvent
        {
            Id = IdOf(one),
            Type = new Coding(Terms + "audit-event-type", "rest", "RESTful Operation"),
            Subtype = [new Coding(Ours + "action", one.Action)],
            Action = deed.Action,
            Recorded = Instant.At(one.At),
            Source = new AuditEvent.SourceComponent { Site = "FirstRing", Observer = Named("service", one.Service, "Device"), Type = [new Coding(Terms + "security-source-type", "4", "Application Server")] },
        };
        if (deed.Interaction is { } interaction) told.Subtype.Insert(0, new Coding("http://hl7.org/fhir/restful-interaction", interaction));
        if (!one.Readable)
        {
            // The clinic's key was destroyed: that something was done, when and where is left.
            told.Agent = [new AuditEvent.AgentComponent { Who = new ResourceReference { Extension = [new Extension(Absent, new Code("masked"))] }, Requestor = true }];
            return told;
        }
        if (ok) told.Outcome = AuditEvent.AuditEventOutcome.N0;
        else (told.Outcome, told.OutcomeDesc) = (IsRefusal(one.Outcome) ? AuditEvent.AuditEventOutcome.N4 : null, one.Outcome);
        told.Agent = Agents(one, deed);
        told.Entity = Entities(one);
        if (Purpose(one) is { } purpose) told.PurposeOfEvent = [purpose];
        if (ok && one.Patient is not null && one.Subject.Length > 0 && deed.Profile is { } profile) told.Meta = new Meta { Profile = [ProfileOf(profile)] };
        return told;
    }

    // What flows to whom is turned about where somebody reads (DICOM PS3.15 A.5, as BALP has it).
    static List<AuditEvent.AgentComponent> Agents(LogEvent one, Deed deed)
    {
        var (source, destination) = (Said(Dicom, "110153", "Source Role ID"), Said(Dicom, "110152", "Destination Role ID"));
        var reads = deed.Action == AuditEvent.AuditEventAction.R;
        var user = new AuditEvent.AgentComponent
        {
            Type = TypeOf(one, reads), Who = Named("actor", one.Actor, one.Role is "service" or Application ? "Device" : one.Role switch { "patient" => "Patient", "proxy" => "RelatedPerson", _ => "Practitioner" }),
            Requestor = true, Role = [new CodeableConcept(Ours + "role", one.Role)],
        };
        if (Purpose(one) is { } purpose) user.PurposeOfUse = [purpose];
        return
        [
            new AuditEvent.AgentComponent { Type = reads ? destination : source, Who = Named("platform", "firstring", "Device"), Requestor = false, Network = Unknown() },
            new AuditEvent.AgentComponent { Type = reads ? source : destination, Who = Named("service", one.Service, "Device"), Requestor = false, Network = Unknown() },
            user,
        ];
    }

    // An application that acts for itself is the client of BALP's OAuth patterns.
    static CodeableConcept TypeOf(LogEvent one, bool reads) => one.Role == Application ? Said(Dicom, "110150", "Application")
        : reads ? Said(Terms + "v3-ParticipationType", "IRCP", "information recipient") : Said(Terms + "v3-ParticipationType", "AUT", "author (originator)");

    static List<AuditEvent.EntityComponent> Entities(LogEvent one)
    {
        var all = new List<AuditEvent.EntityComponent>();
        if (one.Subject.Length > 0) all.Add(Entity(Named("subject", one.Subject, null), ("2", "System Object"), ("4", "Domain Resource")));
        if (one.Patient is not null) all.Add(Entity(Named("patient", one.Patient, "Patient"), ("1", "Person"), ("1", "Patient")));
        return all;
    }

    static AuditEvent.EntityComponent Entity(ResourceReference what, (string Code, string Display) type, (string Code, string Display) role) =>
        new() { What = what, Type = new Coding(Terms + "audit-entity-type", type.Code, type.Display), Role = new Coding(Terms + "object-role", role.Code, role.Display) };

    static CodeableConcept? Purpose(LogEvent one) => one.Purpose?.Split('/') is [var code, ..] ? new CodeableConcept(Terms + "v3-ActReason", code) : null;

    static CodeableConcept Said(string system, string code, string display) => new() { Coding = [new Coding(system, code, display)] };

    // By identifier: there is nothing at this door to follow.
    static ResourceReference Named(string kind, string value, string? type) => new() { Type = type, Identifier = new Identifier(Ours + kind, value) };

    // Services hear each other inside; which socket it was is not kept.
    static AuditEvent.NetworkComponent Unknown() => new() { Extension = [new Extension(Absent, new Code("unknown"))] };

    static bool IsRefusal(string outcome) => outcome is "differs" or "refused" || outcome.StartsWith("no-", StringComparison.Ordinal) || outcome.StartsWith("not-", StringComparison.Ordinal)
        || outcome.StartsWith("egress-", StringComparison.Ordinal) || outcome.EndsWith("-wrong", StringComparison.Ordinal) || outcome.EndsWith("-over", StringComparison.Ordinal);
}

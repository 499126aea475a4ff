using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Audit.Fhir;

/// <summary>What this server can, and nothing that it cannot.</summary>
internal static class Capability
{
    const string Oauth = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    public static IResult Answer(HttpContext http)
    {
        FhirUri At(string path) => new($"https://{http.Request.Host}{path}");
        return new FhirAnswer(new CapabilityStatement
        {
            Status = PublicationStatus.Active, Date = "2026-11-27", Kind = CapabilityStatementKind.Instance, FhirVersion = FHIRVersion.N4_0_1, Format = ["json"],
            Software = new CapabilityStatement.SoftwareComponent { Name = "FirstRing" },
            Implementation = new CapabilityStatement.ImplementationComponent { Description = "The audit log of a clinic, to read and to search.", Url = At(FhirDoor.At).Value },
            Rest =
            [
                new CapabilityStatement.RestComponent
                {
                    Mode = CapabilityStatement.RestfulCapabilityMode.Server,
                    Security = new CapabilityStatement.SecurityComponent
                    {
                        Service = [new CodeableConcept("http://terminology.hl7.org/CodeSystem/restful-security-service", "SMART-on-FHIR")],
                        Extension = [new Extension { Url = Oauth, Extension = [new Extension("authorize", At("/oauth/authorize")), new Extension("token", At("/oauth/token")), new Extension("revoke", At("/oauth/revoke"))] }],
                    },
                    Resource = [Events()],
                },
            ],
        });
    }

    static CapabilityStatement.ResourceComponent Events() => new()
    {
        Type = "AuditEvent",
        SupportedProfile = [AuditEvents.ProfileOf("Read"), AuditEvents.ProfileOf("Create"), AuditEvents.ProfileOf("Update")],
        Interaction =
        [
            new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.Read },
            new CapabilityStatement.ResourceInteractionComponent { Code = CapabilityStatement.TypeRestfulInteraction.SearchType },
        ],
        SearchParam =
        [
            new CapabilityStatement.SearchParamComponent { Name = "date", Type = SearchParamType.Date, Documentation = "eq, ge, gt, le and lt; several are all of them." },
            new CapabilityStatement.SearchParamComponent { Name = "patient", Type = SearchParamType.Reference, Documentation = "Patient/ and the opaque id." },
            new CapabilityStatement.SearchParamComponent { Name = "agent", Type = SearchParamType.Reference, Documentation = "The opaque id of whoever asked for what was done." },
        ],
    };
}

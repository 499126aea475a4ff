using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Passes;

namespace FirstRing.Signaling.Admission;

/// <summary>Who a visit pass says is at the door.</summary>
internal sealed record Entrant(string Tenant, string Visit, string Call, string Participant, string Role)
{
    public Caller Caller => new("signaling", Tenant, Participant, Role);
    public bool IsClinician => Role == "clinician";

    /// <summary>Null for a pass that is not one into a visit.</summary>
    public static Entrant? From(Pass? pass) =>
        pass is not null
        && pass.Claims.TryGetValue("visit", out var visit) && TypedId.TryParse<VisitId>(visit, out _)
        && pass.Claims.TryGetValue("call", out var call) && TypedId.TryParse<CallId>(call, out _)
        && TypedId.TryParse<ParticipantId>(pass.Subject, out _)
            ? new Entrant(pass.Tenant, visit, call, pass.Subject, pass.Role)
            : null;
}

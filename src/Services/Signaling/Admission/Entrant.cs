using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Passes;

namespace FirstRing.Signaling.Admission;

/// <summary>Who a visit pass says is at the door. <paramref name="Login"/> is the id of the login or link that the pass is under, <paramref name="ExpiresAt"/> in UTC microseconds.</summary>
internal sealed record Entrant(string Tenant, string Visit, string Call, string Participant, string Role, string Login, long ExpiresAt)
{
    /// <summary>The id of who acts for the patient, where this is one who does.</summary>
    public string? Proxy { get; init; }

    public Caller Caller => new("signaling", Tenant, Participant, Role) { Person = Proxy };

    /// <summary>Null for a pass that is not one into a visit.</summary>
    public static Entrant? From(Pass? pass) =>
        pass is not null
        && TypedId.TryParse<TenantId>(pass.Tenant, out _)
        && pass.Claims.TryGetValue("visit", out var visit) && TypedId.TryParse<VisitId>(visit, out _)
        && pass.Claims.TryGetValue("call", out var call) && TypedId.TryParse<CallId>(call, out _)
        && TypedId.TryParse<ParticipantId>(pass.Subject, out _)
        && WireName.TryTo<VisitRole>(pass.Role, out _)
            ? new Entrant(pass.Tenant, visit, call, pass.Subject, pass.Role, pass.Login, pass.ExpiresAt) { Proxy = pass.Claims.GetValueOrDefault("proxy") }
            : null;
}

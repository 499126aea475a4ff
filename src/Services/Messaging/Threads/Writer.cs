using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Messaging.Threads;

/// <summary>Whoever holds a visit pass. <paramref name="Identified"/> false: a device that may write but is shown nothing. <paramref name="Patient"/>: whose visit it is, where the pass says it. <paramref name="Proxy"/>: who acts for them.</summary>
internal sealed record Writer(TenantId Tenant, VisitId Visit, CallId Call, ParticipantId Participant, VisitRole Role, bool Identified, PatientId? Patient = null, ProxyId? Proxy = null)
{
    const string Scope = "messages";
    static readonly Problem NotInScope = new("not-in-scope", "Messages are not among what you may do for the patient.", 403);

    public Caller Caller => new("messaging", Tenant.ToString(), Participant.ToString(), WireName.Of(Role)) { Patient = Patient?.ToString(), Person = Proxy?.ToString() };

    /// <summary>A pass whose login has ended is none, and a proxy's opens what its scope names.</summary>
    public static async Task<(Writer? Writer, Problem? Problem)> Of(HttpContext http) =>
        await http.RequestServices.GetRequiredService<PassReader>().ReadBearer(http.Request, "messaging") is not { } pass || Of(pass) is not { } writer
        || await EndedLogins.Has(http.RequestServices.Store("messaging"), pass.Login, http.RequestAborted) ? (null, Problem.NoPass)
        : writer.Role != VisitRole.Proxy || pass.Claims.GetValueOrDefault("scope")?.Split(' ').Contains(Scope) == true ? (writer, null) : (null, NotInScope);

    static Writer? Of(Pass pass) =>
        TenantId.TryParse(pass.Tenant, null, out var tenant)
        && VisitId.TryParse(pass.Claims.GetValueOrDefault("visit"), null, out var visit)
        && CallId.TryParse(pass.Claims.GetValueOrDefault("call"), null, out var call)
        && ParticipantId.TryParse(pass.Subject, null, out var participant)
        && WireName.TryTo<VisitRole>(pass.Role, out var role)
            ? new Writer(tenant, visit, call, participant, role, pass.Claims.GetValueOrDefault("identified") == "true", PatientId.TryParse(pass.Claims.GetValueOrDefault("patient"), null, out var patient) ? patient : null,
                ProxyId.TryParse(pass.Claims.GetValueOrDefault("proxy"), null, out var proxy) ? proxy : null)
            : null;
}

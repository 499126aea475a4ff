using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Passes;

namespace FirstRing.Identity;

/// <summary>Signs visit passes: opaque ids and a role, no name. They name the login or link
/// that they are under: when it ends, those who take passes hear of it, and none lives longer than half a day.</summary>
internal sealed class VisitPasses(PassSigner signer)
{
    static readonly TimeSpan Longest = EndedLogins.LongestPass;
    static readonly IReadOnlyList<string> Audiences = ["signaling", "messaging", "insights"];

    /// <summary><paramref name="identified"/> false: may enter the waiting room and write, but is shown nothing about the patient. <paramref name="patient"/>: whose visit it is, for the rows of the audit log.
    /// <paramref name="proxy"/>: by which grant somebody acts for the patient; what it allows is the pass's scope.</summary>
    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role, LoginId login, PatientId? patient, bool identified, TimeSpan atMost, ProxyGrant? proxy = null)
    {
        var claims = new Dictionary<string, string> { ["visit"] = visit.ToString(), ["call"] = call.ToString(), ["identified"] = identified ? "true" : "false" };
        if (identified && patient is { } known) claims["patient"] = known.ToString();
        if (proxy is not null) (claims["proxy"], claims["scope"]) = (proxy.Id.ToString(), string.Join(' ', proxy.Scopes.Select(WireName.Of)));
        return signer.Sign(new Pass(tenant.ToString(), participant.ToString(), WireName.Of(role), login.ToString(), claims), atMost < Longest ? atMost : Longest, Audiences);
    }

    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role, LoginId login, PatientId patient) =>
        Sign(tenant, visit, call, participant, role, login, patient, identified: true, Longest);
}

using FirstRing.Contracts;
using FirstRing.Platform.Passes;

namespace FirstRing.Identity;

/// <summary>Signs visit passes: opaque ids and a role, no name. They name the login or link
/// that they are under: when it ends, those who take passes hear of it, and none lives longer than half a day.</summary>
internal sealed class VisitPasses(PassSigner signer)
{
    static readonly TimeSpan Longest = EndedLogins.LongestPass;
    static readonly IReadOnlyList<string> Audiences = ["signaling", "messaging", "insights"];

    /// <summary><paramref name="identified"/> false: may enter the waiting room and write, but is shown nothing about the patient.</summary>
    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role, LoginId login, bool identified, TimeSpan atMost) => signer.Sign(
        new Pass(tenant.ToString(), participant.ToString(), WireName.Of(role), login.ToString(), new Dictionary<string, string>
        {
            ["visit"] = visit.ToString(),
            ["call"] = call.ToString(),
            ["identified"] = identified ? "true" : "false",
        }),
        atMost < Longest ? atMost : Longest, Audiences);

    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role, LoginId login) =>
        Sign(tenant, visit, call, participant, role, login, identified: true, Longest);
}

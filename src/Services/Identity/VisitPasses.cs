using FirstRing.Contracts;
using FirstRing.Platform.Passes;

namespace FirstRing.Identity;

/// <summary>Signs visit passes: opaque ids and a role, no name. They cannot be called back, so none lives longer than half a day.</summary>
internal sealed class VisitPasses(PassSigner signer)
{
    static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    /// <summary><paramref name="identified"/> false: may enter the waiting room and write, but is shown nothing about the patient.</summary>
    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role, bool identified, TimeSpan atMost) => signer.Sign(
        new Pass(tenant.ToString(), participant.ToString(), WireName.Of(role), new Dictionary<string, string>
        {
            ["visit"] = visit.ToString(),
            ["call"] = call.ToString(),
            ["identified"] = identified ? "true" : "false",
        }),
        atMost < Longest ? atMost : Longest);

    public string Sign(TenantId tenant, VisitId visit, CallId call, ParticipantId participant, VisitRole role) =>
        Sign(tenant, visit, call, participant, role, identified: true, Longest);
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Scheduling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;

namespace FirstRing.Identity.Links;

/// <summary>Whoever enters by a link: acts as its participant, and leaves with a pass that ends with the link.</summary>
internal static class Entrant
{
    public static Caller Of(Caller caller, Link link) => new(caller.Service, link.Tenant.ToString(), link.Participant.ToString(), WireName.Of(link.Role)) { Person = link.Proxy?.ToString() };

    /// <summary>Whether a proxy may come in now: their grant holds, and scheduling does not keep the visit from them; it is asked each time. Everybody else may.</summary>
    public static async Task<bool> MayEnter(IServiceProvider services, Caller entrant, Link link, CancellationToken stop)
    {
        if (link.Proxy is null) return true;
        Acting.As(entrant);
        return (await services.Client<ISchedulingClient>("identity", "scheduling").GetVisit(new GetVisit(link.Tenant, link.Visit), stop)).Value is not null;
    }

    public static Entered Admit(VisitPasses passes, Link link, string device, bool identified, long now, ProxyGrant? grant = null) => new(
        passes.Sign(link.Tenant, link.Visit, link.Call, link.Participant, link.Role, link.Id, link.Patient, identified, TimeSpan.FromMicroseconds(link.Expires - now), grant),
        device, identified, link.Visit, link.Participant, link.Role);
}

/// <summary>The secret in a device's cookie.</summary>
internal static class Device
{
    const int Length = 27; // 20 bytes in base64url

    /// <summary>The device's own secret where it has one of ours (it may serve several links), else a new one.</summary>
    public static string Kept(string? presented) => IsWellFormed(presented) ? presented! : Token.New();

    public static bool IsWellFormed(string? secret) => secret is { Length: Length } && System.Buffers.Text.Base64Url.IsValid(secret);
}

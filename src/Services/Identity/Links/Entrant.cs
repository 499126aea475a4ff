using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Identity.Links;

/// <summary>Whoever enters by a link: acts as its participant, and leaves with a pass that ends with the link.</summary>
internal static class Entrant
{
    public static Caller Of(Caller caller, Link link) => new(caller.Service, link.Tenant.ToString(), link.Participant.ToString(), WireName.Of(link.Role));

    public static Entered Admit(VisitPasses passes, Link link, string device, bool identified, long now) => new(
        passes.Sign(link.Tenant, link.Visit, link.Call, link.Participant, link.Role, link.Id, link.Patient, identified, TimeSpan.FromMicroseconds(link.Expires - now)),
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

using System.Security.Cryptography;
using System.Text;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;

namespace FirstRing.Identity.Links;

/// <summary>A link as stored: its token and devices only as hashes. Times in UTC microseconds.</summary>
internal sealed record Link(string TokenHash, TenantId Tenant, VisitId Visit, CallId Call, ParticipantId Participant, VisitRole Role, PatientId? Patient,
    long NotBefore, long Expires, string? DeviceHash, long? RevokedAt, ProxyId? Proxy = null)
{
    /// <summary>What passes by this link name it: neither its token nor the hash that finds it.</summary>
    public LoginId Id => IdOf(TokenHash);

    public static LoginId IdOf(string tokenHash) => new(new Guid(SHA256.HashData(Encoding.ASCII.GetBytes($"link/{tokenHash}")).AsSpan(0, 16)));

    public static Answer<Link> Of(Contracts.Identity.CreateLink request, string tokenHash, long now)
    {
        if ((request.Role is VisitRole.Patient or VisitRole.Proxy && request.Patient is null) || (request.Role == VisitRole.Proxy) != (request.Proxy is not null)) return Refusals.PatientMissing;
        if (request.Expires <= request.NotBefore || request.Expires <= now) return Refusals.LinkTimes;
        return new Link(tokenHash, request.Tenant, request.Visit, request.Call, request.Participant, request.Role, request.Patient, request.NotBefore, request.Expires, null, null, request.Proxy);
    }

    /// <summary>Unknown, expired and revoked are one refusal.</summary>
    public static Refusal? WhyNotSeen(Link? link, long now) => link is null || link.RevokedAt is not null || link.Expires <= now ? Refusals.LinkNotValid : null;

    public static Refusal? WhyNotEntered(Link? link, long now) => WhyNotSeen(link, now) ?? (now < link!.NotBefore ? Refusals.LinkEarly : null);

    /// <summary>What entering with a device does. <paramref name="proven"/>: this device gave the birth date before.</summary>
    public Entry Enter(string deviceHash, bool proven)
    {
        // That it came first shows nothing here: a proxy has one patient after the other, and a link is soon passed on within a family.
        if (Proxy is not null && !proven) return Entry.UnknownDevice;
        if (DeviceHash is null) return Entry.Binds;
        if (DeviceHash == deviceHash) return Entry.Resumes;
        // Guests have no patient to be mistaken for: any device is as good as another.
        return proven || Patient is null ? Entry.OtherDevice : Entry.UnknownDevice;
    }

    public LinkSeen Seen(ProxySeen? proxy = null) => new(Tenant, Visit, Participant, Role, DeviceHash is not null, NotBefore, Expires, proxy);
}

internal enum Entry { Binds, Resumes, OtherDevice, UnknownDevice }

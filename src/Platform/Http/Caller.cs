namespace FirstRing.Platform.Http;

/// <summary>Who acts: the calling service, and for whom. <paramref name="Tenant"/> and <paramref name="Actor"/> are opaque ids in text form;
/// null where a service acts for itself, or for someone who is not known yet.</summary>
public sealed record Caller(string Service, string? Tenant = null, string? Actor = null, string? Role = null)
{
    /// <summary>The patient that all of it is about, where that is known: each audit row names them. Stays in this process.</summary>
    public string? Patient { get; init; }

    /// <summary>Who the actor is beyond this visit, where they have an id for it: rows of the audit log name that one. Stays in this process.</summary>
    public string? Person { get; init; }

    public const string SystemTenant = "system";

    /// <summary>The roles that no person holds: a service that acts for itself, and whoever is not known yet.</summary>
    public const string ServiceRole = "service", AnyoneRole = "anyone";

    /// <summary>The tenant whose keys seal what this caller writes.</summary>
    public string TenantOrSystem => Tenant ?? SystemTenant;

    /// <summary>This caller in <paramref name="tenant"/>; null where it acts for another one. A service acting for itself may enter any, nobody else.</summary>
    public Caller? Within(string tenant) => Tenant is null && Role == ServiceRole ? this with { Tenant = tenant } : Tenant == tenant ? this : null;

    public static Caller System(string service, string? tenant = null) => new(service, tenant, $"service:{service}", ServiceRole);

    /// <summary>Acts for someone who has shown nothing yet.</summary>
    public static Caller Anyone(string service) => new(service, Role: AnyoneRole);
}

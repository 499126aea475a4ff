namespace FirstRing.Platform.Http;

/// <summary>Who acts: the calling service, and for whom. <paramref name="Tenant"/> and <paramref name="Actor"/> are opaque ids in text form;
/// null where a service acts for itself.</summary>
public sealed record Caller(string Service, string? Tenant = null, string? Actor = null, string? Role = null)
{
    public const string SystemTenant = "system";

    /// <summary>The tenant whose keys seal what this caller writes.</summary>
    public string TenantOrSystem => Tenant ?? SystemTenant;

    /// <summary>This caller in <paramref name="tenant"/>; null where it acts for another one. A service acting for itself may enter any.</summary>
    public Caller? Within(string tenant) => Tenant is null ? this with { Tenant = tenant } : Tenant == tenant ? this : null;

    public static Caller System(string service, string? tenant = null) => new(service, tenant, $"service:{service}", "service");
}

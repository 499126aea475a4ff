namespace FirstRing.Platform.Http;

/// <summary>Who acts: the calling service, and for whom. <paramref name="Tenant"/> and <paramref name="Actor"/> are opaque ids in text form;
/// null where a service acts for itself.</summary>
public sealed record Caller(string Service, string? Tenant = null, string? Actor = null, string? Role = null)
{
    public const string SystemTenant = "system";

    /// <summary>The tenant whose keys seal what this caller writes.</summary>
    public string TenantOrSystem => Tenant ?? SystemTenant;

    public static Caller System(string service, string? tenant = null) => new(service, tenant, $"service:{service}", "service");
}

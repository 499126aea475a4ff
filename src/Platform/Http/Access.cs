namespace FirstRing.Platform.Http;

/// <summary>How far a grant reaches.</summary>
public enum Reach
{
    /// <summary>Any tenant, for a service that acts for itself; one that acts for itself within a tenant stays within it.</summary>
    Platform,

    /// <summary>Whatever the secret in the request opens, and nothing else.</summary>
    Secret,

    /// <summary>The caller's tenant.</summary>
    Tenant,

    /// <summary>Of the caller's tenant, what is their own: themselves, or the visit that they take part in.</summary>
    Own,
}

/// <summary>
/// Who may use a verb of a contract: which services may call it, and for whom they may act. Without a grant nobody may. Enforced by
/// <see cref="Modules.ContractRoutes"/> before the handler runs: service, role, and that a tenant which the request names is the caller's. What is
/// somebody's <see cref="Reach.Own"/>, and what a secret opens, only the handler can tell.
/// </summary>
public sealed class Access
{
    /// <summary>Stands for every service that has a store.</summary>
    public const string EveryService = "every service with a store";

    readonly Dictionary<string, Reach> _grants = [];

    Access(IReadOnlyList<string> services) => Services = services;

    public IReadOnlyList<string> Services { get; }

    /// <summary>Role → how far it reaches.</summary>
    public IReadOnlyDictionary<string, Reach> Grants => _grants;

    public static Access By(params IReadOnlyList<string> services) => new(services);

    /// <summary>For these roles, within their tenant.</summary>
    public Access For(params IReadOnlyList<string> roles) => Grant(Reach.Tenant, roles);

    /// <summary>For these roles, what is their own.</summary>
    public Access ForOwn(params IReadOnlyList<string> roles) => Grant(Reach.Own, roles);

    /// <summary>For whoever shows a secret in the request: someone not known before it was looked at, or one of <paramref name="roles"/>.</summary>
    public Access ForSecret(params IReadOnlyList<string> roles) => Grant(Reach.Secret, [Caller.AnyoneRole, .. roles]);

    /// <summary>For the service itself, in any tenant.</summary>
    public Access ForItself() => Grant(Reach.Platform, [Caller.ServiceRole]);

    /// <summary>Whether the caller has a grant at all. <paramref name="tenant"/>: the one that the request names, null where it names none.</summary>
    public bool Allows(Caller caller, string? tenant) =>
        Services.Contains(caller.Service) && caller.Role is { } role && _grants.TryGetValue(role, out var reach) && reach switch
        {
            Reach.Secret => true,
            Reach.Platform => tenant is null || caller.Within(tenant) is not null,
            _ => caller.Tenant is { } own && caller.Actor is not null && (tenant is null || tenant == own),
        };

    Access Grant(Reach reach, IReadOnlyList<string> roles)
    {
        foreach (var role in roles) _grants.Add(role, reach);
        return this;
    }
}

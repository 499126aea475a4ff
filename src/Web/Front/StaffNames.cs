using FirstRing.Contracts;
using FirstRing.Contracts.Identity;

namespace FirstRing.Web.Front;

/// <summary>Names of staff, each asked for once.</summary>
internal sealed class StaffNames(Neighbours neighbours, TenantId tenant)
{
    readonly Dictionary<StaffId, string?> _known = [];

    public async Task<string?> Of(StaffId id, CancellationToken stop)
    {
        if (!_known.TryGetValue(id, out var name)) _known[id] = name = (await neighbours.Identity.GetStaff(new GetStaff(tenant, id), stop)).Value?.Name;
        return name;
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Notifications.Deliveries;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Notifications.Templates;

/// <summary>A letter to a member of staff: identity is asked for the address and for what the clinic is called at the moment of sending.</summary>
internal static class ToStaff
{
    public static async Task<Written> Write(Claimed claimed, IServiceProvider services, Func<Phi<string>, Tenant, Letter> letter, CancellationToken stop)
    {
        var identity = services.Client<IIdentityClient>("notifications", "identity");
        var known = await identity.GetStaffAddress(new GetStaffAddress(claimed.Tenant, StaffId.Parse(claimed.Recipient!, null)), stop);
        if (known.Value?.Email is not { } address) return new Written(null, Outcome.NoAddress);
        return (await identity.GetTenant(new GetTenant(claimed.Tenant), stop)).Value is { } clinic ? new Written(letter(address, clinic)) : new Written(null, Outcome.NoAddress);
    }
}

using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Keys.CancelDestruction;

namespace FirstRing.Keys.Shredding;

/// <summary>Takes a destruction back while its window is open.</summary>
internal static class CancelDestruction
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Done>>("cancel-destruction", KeyRules.Keepers, Handle);

    static async Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (KeyRules.Keeper(caller, request.Tenant) is not { } acting) return KeyRules.NotAllowed;
        var tenant = request.Tenant.ToString();
        return await services.GetRequiredService<DestructionStore>().Commit<Answer<Done>>(acting, async transaction =>
        {
            if (!await DestructionStore.Cancel(transaction, tenant)) return KeyRules.NothingScheduled;
            transaction.Audit("cancel-key-destruction", tenant);
            return Done.Yes;
        }, stop);
    }
}

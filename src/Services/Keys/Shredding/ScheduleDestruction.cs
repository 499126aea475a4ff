using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Sealing;
using Microsoft.Extensions.DependencyInjection;
using Asked = FirstRing.Contracts.Keys.Destruction;
using Request = FirstRing.Contracts.Keys.ScheduleDestruction;

namespace FirstRing.Keys.Shredding;

/// <summary>Asks for a clinic's keys to be destroyed when the cancel window is over.</summary>
internal static class ScheduleDestruction
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Asked>>("schedule-destruction", KeyRules.Keepers, Handle);

    static Task<Answer<Asked>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) => KeyRules.OrRefused<Asked>(async () =>
    {
        if (KeyRules.Keeper(caller, request.Tenant) is not { } acting) return KeyRules.NotAllowed;
        var (tenant, window) = (request.Tenant.ToString(), services.GetRequiredService<KeySettings>().CancelWindow);
        if (await services.GetRequiredService<IKeyProvider>().Versions(tenant, stop) is []) return KeyRules.NoKeys;
        return await services.GetRequiredService<DestructionStore>().Commit<Answer<Asked>>(acting, async transaction =>
        {
            if (await DestructionStore.Hold(transaction, tenant) is { } asked) return asked;
            var destruction = new Asked(transaction.Now, transaction.Now + (long)window.TotalMicroseconds, null);
            if (!await DestructionStore.Insert(transaction, tenant, destruction)) return (await DestructionStore.Hold(transaction, tenant))!;
            transaction.Audit("schedule-key-destruction", tenant);
            return destruction;
        }, stop);
    });
}

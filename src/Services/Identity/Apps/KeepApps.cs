using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Apps;

/// <summary>An admin's registry of applications. What is entered stays as it is: another redirect or scope is another application.</summary>
internal static class KeepApps
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListApps, Answer<AppList>>("list-apps", Access.By("web").For(Who.Admin), async (request, caller, services, stop) => AppRules.Admin(caller, request.Tenant) is null
            ? AppRules.NotAllowed
            : new AppList(await services.GetRequiredService<AppStore>().List(request.Tenant, stop)));
        routes.Verb<AddApp, Answer<App>>("add-app", Access.By("web").For(Who.Admin), Add);
        routes.Verb<EndApp, Answer<App>>("end-app", Access.By("web").For(Who.Admin), End);
    }

    static async Task<Answer<App>> Add(AddApp request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (AppRules.Admin(caller, request.Tenant) is not { } acting) return AppRules.NotAllowed;
        var clean = AppRules.Clean(request.Terms);
        if (clean.Value is not { } terms) return clean.Refused!;
        var asked = JsonSerializer.Serialize(request, ContractsJson.Default.AddApp);
        return await services.GetRequiredService<AppStore>().Commit<Answer<App>>(acting, async transaction =>
        {
            var scope = $"{request.Tenant}/add-app";
            var (earlier, mismatch) = await transaction.Recall(scope, request.Key, asked);
            if (mismatch) return Refusals.Mismatch;
            if (earlier is not null) return await AppStore.Hold(transaction, request.Tenant, AppId.Parse(earlier, null)) is { } there ? there : AppRules.NoSuchApp;

            var app = new App(new AppId(NewId.Random()), terms, transaction.Now, null);
            await AppStore.Insert(transaction, request.Tenant, app);
            await transaction.Remember(scope, request.Key, asked, app.Id.ToString());
            transaction.Audit("add-app", app.Id.ToString());
            return app;
        }, stop);
    }

    static async Task<Answer<App>> End(EndApp request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (AppRules.Admin(caller, request.Tenant) is not { } acting) return AppRules.NotAllowed;
        return await services.GetRequiredService<AppStore>().Commit<Answer<App>>(acting, async transaction =>
        {
            if (await AppStore.Hold(transaction, request.Tenant, request.Id) is not { } app) return AppRules.NoSuchApp;
            if (app.EndedAt is not null) return app;
            await AppStore.End(transaction, app.Id);
            transaction.Audit("end-app", app.Id.ToString());
            return app with { EndedAt = transaction.Now };
        }, stop);
    }
}

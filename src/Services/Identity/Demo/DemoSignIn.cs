using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Demo;

/// <summary>The demo clinician's one-click sign-in: making the link, and following it. Without the demo flag neither exists.</summary>
internal static class DemoSignIn
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<MakeDemoSignInLink, Answer<DemoSignInLink>>("demo-sign-in-link", Access.By("web").ForSecret(), Make);
        routes.Verb<Contracts.Identity.DemoSignIn, Answer<SignedIn>>("demo-sign-in", Access.By("web").ForSecret(), Follow);
    }

    static async Task<Answer<DemoSignInLink>> Make(MakeDemoSignInLink request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!services.GetRequiredService<IdentitySettings>().Demo) return Refusals.DemoOff;
        if (await services.GetRequiredService<TenantStore>().FindDemoClinician(stop) is not { } clinician) return Refusals.DemoOff;
        return new DemoSignInLink(await services.GetRequiredService<DemoClinic>().NewLink(caller, clinician, stop), clinician);
    }

    static async Task<Answer<SignedIn>> Follow(Contracts.Identity.DemoSignIn request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!services.GetRequiredService<IdentitySettings>().Demo) return Refusals.DemoOff;
        if (await services.GetRequiredService<DemoClinic>().Find(request.Token, stop) is not { } clinician) return Refusals.SignInFailed;
        return await services.GetRequiredService<LoginStore>().Commit(LoginStore.As(caller, clinician), async transaction =>
        {
            transaction.Audit("demo-sign-in", clinician.Id.ToString());
            return new SignedIn(await LoginStore.Start(transaction, clinician.Id, Way.DemoLink, null), clinician);
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Identity.OAuth;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Apps;

/// <summary>What members of staff granted to applications: they see it, and take it back.</summary>
internal static class OwnGrants
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListOwnGrants, Answer<GrantList>>("list-own-grants", Access.By("web").ForSecret(Who.Staff), async (request, _, services, stop) =>
            await services.GetRequiredService<LoginStore>().Find(request.Login, stop) is not { } login ? Refusals.NotSignedIn
            : login.WhyNotWhole is { } why ? why
            : new GrantList(await services.GetRequiredService<GrantStore>().List(login.Member.Id, stop)));
        routes.Verb<EndOwnGrant, Answer<Done>>("end-own-grant", Access.By("web").ForSecret(Who.Staff), End);
    }

    static async Task<Answer<Done>> End(EndOwnGrant request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (await services.GetRequiredService<LoginStore>().Find(request.Login, stop) is not { } login) return Refusals.NotSignedIn;
        if (login.WhyNotWhole is { } why) return why;
        return await services.GetRequiredService<GrantStore>().Commit(login.As(caller), async transaction =>
        {
            if (await GrantStore.RevokeOwn(transaction, login.Member.Id, request.Id) == 1) transaction.Audit("withdraw-grant", request.Id.ToString());
            return Done.Yes;
        }, stop);
    }
}

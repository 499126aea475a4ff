using FirstRing.Contracts;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.RevokeLinks;

namespace FirstRing.Identity.Links;

/// <summary>Takes a participant's links back, for one sent to the wrong person. Who is in a call by one is put out of it.</summary>
internal static class RevokeLinks
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Done>>("revoke-links", Access.By("web").For(Who.Clinic), Handle);

    static async Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (caller.Within(request.Tenant.ToString()) is not { } acting) return Done.Yes;
        return await services.GetRequiredService<LinkStore>().Commit(acting, async transaction =>
        {
            foreach (var link in await LinkStore.Revoke(transaction, request.Tenant, request.Visit, request.Participant)) await LoginStore.Tell(transaction, link);
            transaction.Audit("revoke-links", request.Participant.ToString());
            return Done.Yes;
        }, stop);
    }
}

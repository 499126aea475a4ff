using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Proxies;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.LookLink;

namespace FirstRing.Identity.Links;

/// <summary>What opening a link shows. Mail scanners open links: it writes nothing, and does the same work whatever the token is.</summary>
internal static class LookLink
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<LinkSeen>>("look-link", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<LinkSeen>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<LinkStore>();
        var link = await store.Find(request.Token, stop);
        if (Link.WhyNotSeen(link, store.Clock.Microseconds()) is { } why) return why;
        if (link!.Proxy is not { } id) return link.Seen();
        if (await services.GetRequiredService<ProxyStore>().Find(link.Tenant, id, stop) is not { Holds: true } grant) return Refusals.LinkNotValid;
        var proven = request.Device is { } device && await store.IsProven(link, Token.Hash(device), stop);
        return link.Seen(new ProxySeen(id, grant.Scopes, proven, proven ? link.Patient : null));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Proxies;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.EnterByLink;

namespace FirstRing.Identity.Links;

/// <summary>The first device to enter owns the link; it may come back at will. Another device of a patient's link enters unidentified, and of a proxy's none before it gave the birth date.</summary>
internal static class EnterByLink
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Entered>>("enter-by-link", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<Entered>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<LinkStore>();
        var seen = await store.Find(request.Token, stop);
        if (Link.WhyNotEntered(seen, store.Clock.Microseconds()) is { } early) return early;

        var (device, acting) = (Device.Kept(request.Device), Entrant.Of(caller, seen!));
        var may = await Entrant.MayEnter(services, acting, seen!, stop);
        return await store.Commit<Answer<Entered>>(acting, async transaction =>
        {
            var link = await LinkStore.Hold(transaction, request.Token);
            if (Link.WhyNotEntered(link, transaction.Now) is { } why) return why;
            var deviceHash = Token.Hash(device);
            var entry = link!.Enter(deviceHash, await LinkStore.IsProven(transaction, link, deviceHash));
            if (await ProxyStore.WhyNot(transaction, link, may) is { } bar) return bar;
            if (link.Proxy is not null && entry == Entry.UnknownDevice)
            {
                transaction.Audit("enter-by-link", link.Visit.ToString(), ProxyRules.BirthDateNeeded.Code, link.Patient?.ToString());
                return ProxyRules.BirthDateNeeded;
            }
            if (entry == Entry.Binds) await LinkStore.Bind(transaction, link, deviceHash);
            transaction.Audit("enter-by-link", link.Visit.ToString(), entry switch
            {
                Entry.Binds => "bound",
                Entry.Resumes => "resumed",
                Entry.OtherDevice => "other-device",
                _ => "unknown-device",
            }, link.Patient?.ToString());
            return Entrant.Admit(services.GetRequiredService<VisitPasses>(), link, device, entry != Entry.UnknownDevice, transaction.Now, await ProxyStore.Of(transaction, link));
        }, stop);
    }
}

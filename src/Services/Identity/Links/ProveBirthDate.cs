using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Identity.Proxies;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.ProveBirthDate;

namespace FirstRing.Identity.Links;

/// <summary>Another device of a patient's link proves itself, or any device of a proxy's by the proxy's own birth date. The try is counted and audited before records is asked.</summary>
internal static class ProveBirthDate
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Entered>>("prove-birth-date", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<Entered>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<LinkStore>();
        var link = await store.Find(request.Token, stop);
        if (Link.WhyNotEntered(link, store.Clock.Microseconds()) is { } why) return why;
        if (link!.Patient is not { } patient || !Device.IsWellFormed(request.Device)) return Refusals.LinkNotValid;

        var acting = Entrant.Of(caller, link);
        var allowed = await store.Commit(acting, async transaction =>
        {
            // A proxy's tries count over all their links.
            var taken = await Attempts.BirthDate.Take(transaction, link.Proxy?.ToString() ?? link.TokenHash);
            transaction.Audit("try-birth-date", link.Visit.ToString(), taken ? "asked" : "too-many-tries", patient.ToString());
            return taken;
        }, stop);
        if (!allowed) return Refusals.TooManyTries;

        if (!await Entrant.MayEnter(services, acting, link, stop)) return Refusals.LinkNotValid;
        Acting.As(acting);
        var check = link.Proxy is { } proxy
            ? await services.Client<IProxyPersonsClient>("identity", "records").CheckProxyBirthDate(new CheckProxyBirthDate(link.Tenant, proxy, request.BirthDate), stop)
            : await services.Client<IRecordsClient>("identity", "records").CheckBirthDate(new CheckBirthDate(link.Tenant, patient, request.BirthDate), stop);
        return await store.Commit<Answer<Entered>>(acting, async transaction =>
        {
            var matches = check.Value is { Matches: true };
            transaction.Audit("prove-birth-date", link.Visit.ToString(), matches ? "ok" : "differs", patient.ToString());
            if (!matches) return Refusals.BirthDateWrong;
            // Revoked while records was asked: then it does not count any more.
            var now = await LinkStore.Hold(transaction, request.Token);
            if (Link.WhyNotEntered(now, transaction.Now) is { } late) return late;
            var grant = await ProxyStore.Of(transaction, link);
            if (link.Proxy is not null && grant is not { Holds: true }) return Refusals.LinkNotValid;
            await LinkStore.Prove(transaction, link, Token.Hash(request.Device));
            return Entrant.Admit(services.GetRequiredService<VisitPasses>(), link, request.Device, identified: true, transaction.Now, grant);
        }, stop);
    }
}

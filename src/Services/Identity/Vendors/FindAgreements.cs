using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using FirstRing.Platform.Egress;
using Request = FirstRing.Contracts.Identity.FindAgreements;

namespace FirstRing.Identity.Vendors;

/// <summary>What another service's way out asks before anything leaves.</summary>
internal static class FindAgreements
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<AgreementList>>("find-agreements", Access.By("web", "notifications").ForItself(), Handle);

    static async Task<Answer<AgreementList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        caller.Within(request.Tenant.ToString()) is null || !HostName.TryParse(request.Host, out var host)
            ? new AgreementList([])
            : new AgreementList([.. (await services.GetRequiredService<VendorStore>().Agreements(request.Tenant.ToString(), host, stop))
                .Select(found => new HostAgreement(found.From, found.Until, found.Ended, [.. found.DataClasses.Select(WireName.To<DataClass>)]))]);
}

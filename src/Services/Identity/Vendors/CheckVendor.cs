using System.Net.Sockets;
using System.Security.Authentication;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using FirstRing.Platform.Egress;
using Request = FirstRing.Contracts.Identity.CheckVendor;

namespace FirstRing.Identity.Vendors;

/// <summary>Tries each host of an agreement the way anything that goes out would: an entry with a typing error is found before it is needed.</summary>
internal static class CheckVendor
{
    const int Https = 443;
    static readonly TimeSpan OneHost = TimeSpan.FromSeconds(4);

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<VendorChecked>>("check-vendor", Access.By("web").For(Who.Admin), Handle);

    static async Task<Answer<VendorChecked>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (VendorRules.Admin(caller, request.Tenant) is null) return VendorRules.NotAllowed;
        var found = (await services.GetRequiredService<VendorStore>().List(request.Tenant, stop)).FirstOrDefault(vendor => vendor.Id == request.Id);
        if (found is not { Terms: var terms }) return VendorRules.NoSuchVendor;
        var egress = services.GetRequiredService<Egress>();
        return new VendorChecked(await Task.WhenAll(terms.Hosts.Select(async host =>
            new HostChecked(host, await Try(egress, request.Tenant, WireName.Of(terms.DataClasses[0]), host, stop)))));
    }

    static async Task<string> Try(Egress egress, TenantId tenant, string dataClass, string host, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(OneHost);
        try
        {
            var answer = await egress.ConnectTls(tenant.ToString(), dataClass, host, Https, limit.Token);
            if (answer.Value is not null) await answer.Value.DisposeAsync();
            return answer.Refused?.Code ?? "reached";
        }
        catch (AuthenticationException)
        {
            return "wrong-certificate";
        }
        catch (Exception failure) when (failure is SocketException or IOException || (failure is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return "no-answer";
        }
    }
}

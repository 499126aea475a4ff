using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Audit.ReportDisclosures;

namespace FirstRing.Audit.Search;

/// <summary>Who accessed one patient's data, over six years.</summary>
internal static class ReportDisclosures
{
    const int Most = 20_000, Years = 6;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<DisclosureReport>>("report-disclosures", Access.By("web").For(Who.LogReaders), Handle);

    static async Task<Answer<DisclosureReport>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (Reading.Allowed(caller, request.Tenant) is not { } acting) return Reading.NotAllowed;
        var (log, tenant) = (services.GetRequiredService<LogStore>(), request.Tenant.ToString());
        var tag = await log.Tag(tenant, "patient", request.Patient.ToString(), stop);
        return await log.Commit<Answer<DisclosureReport>>(acting, async transaction =>
        {
            var from = Platform.Ids.Instant.Microseconds(Platform.Ids.Instant.At(transaction.Now).AddYears(-Years));
            var found = await LogStore.Find(transaction, new LogQuery(tenant, tag, null, null, from, long.MaxValue, long.MaxValue, long.MaxValue, Most + 1));
            if (found.Count > Most) return Reading.ReportTooLong;
            transaction.Audit("report-disclosures", request.Patient.ToString(), patient: request.Patient.ToString());
            return new DisclosureReport(request.Patient, from, transaction.Now,
            [
                .. found.Select(entry => Reading.Open(transaction, entry)).GroupBy(one => (one.Actor, one.Role, one.Service, one.Action))
                    .Select(group => new Disclosure(group.Key.Actor, group.Key.Role, group.Key.Service, group.Key.Action, group.Min(one => one.At), group.Max(one => one.At), group.Count()))
                    .OrderByDescending(disclosure => disclosure.Last),
            ]);
        }, stop);
    }
}

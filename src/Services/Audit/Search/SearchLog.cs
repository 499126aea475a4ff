using System.Globalization;
using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Audit.SearchLog;

namespace FirstRing.Audit.Search;

/// <summary>A page of the log, newest first.</summary>
internal static class SearchLog
{
    const int Most = 200;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<LogPage>>("search", Access.By("web").For(Who.LogReaders), Handle);

    static async Task<Answer<LogPage>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (Reading.Allowed(caller, request.Tenant) is not { } acting) return Reading.NotAllowed;
        if (request.Most is < 1 or > Most || Place(request.Before) is not var (at, seq)) return Reading.QueryWrong;
        var (log, tenant) = (services.GetRequiredService<LogStore>(), request.Tenant.ToString());
        var query = new LogQuery(tenant,
            request.Patient is { } patient ? await log.Tag(tenant, "patient", patient.ToString(), stop) : null,
            request.Actor is { } actor ? await log.Tag(tenant, "actor", actor, stop) : null,
            request.Action, request.From ?? 0, request.Until ?? long.MaxValue, at, seq, request.Most + 1);
        return await log.Commit<Answer<LogPage>>(acting, async transaction =>
        {
            var found = await LogStore.Find(transaction, query);
            var page = found.Take(request.Most).ToList();
            transaction.Audit("search-log", request.Patient?.ToString() ?? request.Actor ?? "all", page.Count == 0 ? "nothing" : "ok", request.Patient?.ToString());
            return new LogPage(page.ConvertAll(entry => Reading.Open(transaction, entry)),
                found.Count > page.Count ? string.Create(CultureInfo.InvariantCulture, $"{page[^1].At}.{page[^1].Seq}") : null);
        }, stop);
    }

    static (long At, long Seq)? Place(string? before) => before is null ? (long.MaxValue, long.MaxValue)
        : before.Split('.') is [var at, var seq] && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var when)
            && long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (when, number) : null;
}

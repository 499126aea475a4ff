using System.Globalization;
using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Audit.GetEvent;

namespace FirstRing.Audit.Search;

/// <summary>One event, with what proves it.</summary>
internal static class GetEvent
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<ProvenEvent>>("get-event", Access.By("web").For(Who.LogReaders), Handle);

    static async Task<Answer<ProvenEvent>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (Reading.Allowed(caller, request.Tenant) is not { } acting) return Reading.NotAllowed;
        return await services.GetRequiredService<LogStore>().Commit<Answer<ProvenEvent>>(acting, async transaction =>
        {
            var entry = await LogStore.Entry(transaction, request.Tenant.ToString(), request.Seq);
            if (entry is null)
            {
                transaction.Audit("read-log-event", request.Seq.ToString(CultureInfo.InvariantCulture), "no-such-event");
                return Reading.NoSuchEvent;
            }
            if (await Checkpoints.Newest(transaction) is not { } checkpoint || checkpoint.Size <= entry.Seq) return Reading.NotYetProven;
            var opened = Reading.Open(transaction, entry);
            transaction.Audit("read-log-event", entry.Seq.ToString(CultureInfo.InvariantCulture), patient: opened.Patient);
            return new ProvenEvent(opened, entry.Line(), checkpoint.Size, await LogStore.TilesIn(transaction).Inclusion(entry.Seq, checkpoint.Size), checkpoint.Note, checkpoint.Cosigned > 0);
        }, stop);
    }
}

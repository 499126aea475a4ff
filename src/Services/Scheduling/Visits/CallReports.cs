using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Scheduling.Visits;

/// <summary>Takes signaling's reports that a call started or ended, each once.</summary>
internal static class CallReports
{
    const string Consumer = "scheduling";

    public static void Map(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, Handle);

    static async Task Handle(OutboxWire @event, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<VisitStore>();
        if (@event.Type == EventTypes.CallStarted && @event.Body.Deserialize(ContractsJson.Default.CallStarted) is { } started)
            await Take(store, @event, started.Visit, started.Call, "call-started", (_, visit) => Task.FromResult(VisitRules.CallStarted(visit, started.At)), stop);
        else if (@event.Type == EventTypes.CallEnded && @event.Body.Deserialize(ContractsJson.Default.CallEnded) is { } ended)
            await Take(store, @event, ended.Visit, ended.Call, "call-ended", async (transaction, visit) =>
            {
                await VisitStore.KeepEndReason(transaction, visit.Id, ended.Reason);
                return VisitRules.CallEnded(visit, ended.At, ended.Reason);
            }, stop);
    }

    static Task<Done> Take(VisitStore store, OutboxWire @event, VisitId id, CallId call, string action, Func<Transaction, Visit, Task<Visit>> decide, CancellationToken stop) =>
        store.Commit(Caller.System(Consumer, @event.Tenant), async transaction =>
        {
            if (!await transaction.FirstTime(@event.Id, Consumer)) return Done.Yes;
            // A call that is not this visit's changes nothing: the report is taken and forgotten, or it would come back for ever.
            if (await VisitStore.Hold(transaction, @event.Tenant, id) is not { } visit || visit.Call != call) return Done.Yes;
            await Closing.Save(transaction, visit, await decide(transaction, visit), action);
            return Done.Yes;
        }, stop);
}

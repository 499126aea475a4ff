using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Messaging;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Doors;
using FirstRing.Signaling.Log;
using FirstRing.Signaling.Placement;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Signaling;

/// <summary>The Call: its event log, presence, the waiting room, admission, and placement on media nodes. docs/signaling.md is its wire.</summary>
public sealed class SignalingModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new CallLog(store));
        context.Services.AddSingleton(provider => new Reconciler(provider.GetRequiredService<CallLog>(), provider.GetRequiredKeyedService<ContractClients>(context.Name),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Reconciler>>()));
        context.Services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Reconciler>());
        context.Services.AddSingleton<Sends>();
        context.Services.AddSingleton(provider => new Line(provider.GetRequiredService<CallLog>(), provider.GetRequiredService<Sends>(),
            provider.GetRequiredService<PassReader>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IHostApplicationLifetime>()));
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<MediaNodeBeat, Answer<BeatAnswer>>("media-node-beat", async (beat, _, services, stop) => await Nodes.Beat(Log(services).Store, beat, stop));
        routes.Verb<ReportPeers, Answer<Done>>("report-peers", async (report, _, services, stop) =>
        {
            await PeerReports.Take(Log(services), services.GetRequiredService<Reconciler>(), report, stop);
            return Done.Yes;
        });
        routes.Verb<GetPresence, Answer<PresenceList>>("get-presence", async (request, _, services, stop) => await PresenceQuery.Get(Log(services).Store, request, stop));
        routes.On(PlatformJson.Default.OutboxWire, On);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        static Line LineOf(IServiceProvider services) => services.GetRequiredService<Line>();
        SocketDoor.Map(routes, LineOf);
        HttpDoors.Map(routes, LineOf);
    }

    static CallLog Log(IServiceProvider services) => services.GetRequiredService<CallLog>();

    static async Task On(OutboxWire @event, IServiceProvider services, CancellationToken stop)
    {
        var log = Log(services);
        var callId = @event.Type == EventTypes.VisitEnded ? @event.Body.Deserialize(ContractsJson.Default.VisitEnded)?.Call
            : @event.Type == EventTypes.MessagePosted ? @event.Body.Deserialize(ContractsJson.Default.MessagePosted)?.Call : null;
        if (callId is not { } id) return;
        await log.Store.Commit(Caller.System("signaling", @event.Tenant), async transaction =>
        {
            if (!await transaction.FirstTime(@event.Id, "signaling")) return 0;
            if (await CallLog.Call(transaction, id.ToString()) is not { } call) return 0;
            if (@event.Type == EventTypes.VisitEnded) await Ending.End(transaction, call, "visit-ended");
            else if (@event.Body.Deserialize(ContractsJson.Default.MessagePosted) is { } posted)
                await CallLog.Append(transaction, call.Call, Audience.Admitted, "chat", new ChatBody(posted.Message.ToString()), SignalJson.Default.ChatBody);
            return 1;
        }, stop);
        if (@event.Type == EventTypes.VisitEnded) services.GetRequiredService<Reconciler>().Nudge(id.ToString());
    }
}

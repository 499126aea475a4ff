using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
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
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FirstRing.Signaling;

/// <summary>The Call: its event log, presence, the waiting room, admission, and placement on media nodes. docs/signaling.md is its wire.</summary>
public sealed class SignalingModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new CallLog(store));
        var services = context.Services;
        services.AddSingleton<Listening>();
        services.AddSingleton<MediaNodeAt>(provider => address => provider.GetRequiredKeyedService<ContractClients>(context.Name).At<IMediaClient>("media", address));
        services.AddSingleton(new Cell(context.Settings["Region"] ?? "local"));
        services.AddSingleton<Settling>();
        services.AddSingleton<Reconciler>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Reconciler>());
        services.AddSingleton<Sends>();
        services.AddSingleton<Places>();
        services.AddSingleton<Line>();
        services.AddHostedService<Departures>();
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<MediaNodeBeat, Answer<BeatAnswer>>("media-node-beat", Access.By("media").ForItself(), async (beat, _, services, stop) => await Nodes.Beat(Log(services).Store, beat, stop));
        routes.Verb<ReportPeers, Answer<Done>>("report-peers", Access.By("media").ForItself(), async (report, _, services, stop) =>
        {
            await PeerReports.Take(Log(services), services.GetRequiredService<Reconciler>(), report, stop);
            return Done.Yes;
        });
        routes.Verb<GetPresence, Answer<PresenceList>>("get-presence", Access.By("web").For(Who.Clinic), async (request, caller, services, stop) => await PresenceQuery.Get(Log(services).Store, request, caller, stop));
        routes.Verb<GetAdmission, Answer<Contracts.Signaling.Admission>>("get-admission", Access.By("messaging").ForOwn(Who.Participants), async (request, caller, services, stop) => await AdmissionQuery.Get(Log(services).Store, request, caller, stop));
        routes.On(PlatformJson.Default.OutboxWire, On);
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        static Line LineOf(IServiceProvider services) => services.GetRequiredService<Line>();
        SocketDoor.Map(routes.MapGroup("").WithMetadata(DoorAccess.Holder("a visit pass, in the first frame; then as the other routes of a call")), LineOf);
        HttpDoors.Map(routes.MapGroup("").WithMetadata(DoorAccess.Pass("signaling", "the pass's call only, if tenant, visit and role are the call's; before admission nothing of others", Who.Participants)), LineOf);
    }

    static CallLog Log(IServiceProvider services) => services.GetRequiredService<CallLog>();

    static Task On(OutboxWire @event, IServiceProvider services, CancellationToken stop) =>
        @event.Type == EventTypes.VisitEnded && @event.Body.Deserialize(ContractsJson.Default.VisitEnded) is { } ended ? EndWith(@event, ended, services, stop)
        : @event.Type == EventTypes.MessagePosted && @event.Body.Deserialize(ContractsJson.Default.MessagePosted) is { } posted ? Tell(@event, posted, services, stop)
        : @event.Type == EventTypes.LoginEnded && @event.Body.Deserialize(ContractsJson.Default.LoginEnded) is { } over ? EndedLogins.Take(Log(services).Store, @event, over.Login.ToString(), stop)
        : Task.CompletedTask;

    // A visit that ends before anyone came leaves an ended call too, so that a pass which is still good opens nothing.
    static async Task EndWith(OutboxWire @event, VisitEnded ended, IServiceProvider services, CancellationToken stop)
    {
        var id = ended.Call.ToString();
        await Log(services).Store.Commit(Caller.System("signaling", @event.Tenant), async transaction =>
        {
            if (!await transaction.FirstTime(@event.Id, "signaling")) return Done.Yes;
            await CallLog.Create(transaction, id, @event.Tenant, ended.Visit.ToString());
            if (await CallLog.Call(transaction, id) is { } call) await Ending.End(transaction, call, CallEndReasons.VisitEnded);
            return Done.Yes;
        }, stop);
        services.GetRequiredService<Reconciler>().Nudge(id);
    }

    static Task Tell(OutboxWire @event, MessagePosted posted, IServiceProvider services, CancellationToken stop) =>
        Log(services).Store.Commit(Caller.System("signaling", @event.Tenant), async transaction =>
        {
            if (!await transaction.FirstTime(@event.Id, "signaling")) return Done.Yes;
            if (await CallLog.Call(transaction, posted.Call.ToString()) is { IsOpen: true } call)
                await CallLog.Append(transaction, call.Call, Audience.Admitted, "chat", new ChatBody(posted.Message.ToString()), SignalJson.Default.ChatBody);
            return Done.Yes;
        }, stop);
}

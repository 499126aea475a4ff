using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using FirstRing.Contracts.Signaling;
using FirstRing.Media.Router.Control;
using FirstRing.Media.Router.Recording;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace FirstRing.Media.Router;

/// <summary>The media service: this node's verbs, its beat and its readiness. It has no public HTTP door; its doors are UDP and, where that is blocked, TCP, its own and what the public door hands it.</summary>
public sealed class RouterModule : IModule
{
    private const string Name = "media";

    public void Register(ModuleContext context)
    {
        var options = MediaOptions.Read(context.Settings) with { Recordings = RecordingFolder.Below(context.DataFolder) };
        var services = context.Services;
        services.AddSingleton(options);
        services.AddSingleton<MediaNode>();
        services.AddSingleton<NodeMetrics>();
        services.AddSingleton<IHostedService, NodeStart>();
        services.AddSingleton(provider => new NodeBeat(
            provider.GetRequiredService<MediaNode>(), options, Signaling(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<NodeBeat>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<NodeBeat>());
        services.AddSingleton<IHostedService>(provider => new PeerDelivery(
            provider.GetRequiredService<MediaNode>(), options, Signaling(provider), provider.GetRequiredService<TimeProvider>()));
        if (options.Address != MediaOptions.InProcess)
        {
            services.AddSingleton<IHostLifetime, NodeLifetime>();
        }
        services.AddSingleton(provider => new ReadinessCheck(Name, _ => Task.FromResult(provider.GetRequiredService<MediaNode>().Ready)));
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.Verb<MakeOffer, Answer<MediaOffer>>("offer", Access.By("signaling").ForItself(), (request, _, services, _) => Task.FromResult(Node(services).Offer(request)));
        routes.Verb<TakeAnswer, Answer<Done>>("answer", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Answer(request, stop));
        routes.Verb<AdmitParticipant, Answer<Done>>("admit", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Admit(request, stop));
        routes.Verb<RemoveParticipant, Answer<Done>>("remove", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Remove(request, stop));
        routes.Verb<CloseCall, Answer<Done>>("close-call", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Close(request, stop));
        routes.Verb<RecordCall, Answer<Done>>("record", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Record(request, stop));
        routes.Verb<GetCallStatistics, Answer<CallStatistics>>("call-statistics", Access.By("signaling").ForItself(), (request, _, services, stop) => Node(services).Statistics(request, stop));
        routes.Verb<GetDoorTerms, Answer<DoorTerms>>("door-terms", Access.By("gateway").ForItself(), (_, _, services, _) => Task.FromResult<Answer<DoorTerms>>(Node(services).Terms()));
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
    }

    private static MediaNode Node(IServiceProvider services) => services.GetRequiredService<MediaNode>();

    private static Func<ISignalingClient> Signaling(IServiceProvider services) => () => services.Client<ISignalingClient>(Name, "signaling");
}

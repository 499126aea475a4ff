using FirstRing.Audit.Fhir;
using FirstRing.Audit.Log;
using FirstRing.Audit.Places;
using FirstRing.Audit.Search;
using FirstRing.Contracts.Witness;
using FirstRing.Platform.Egress;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Audit;

/// <summary>The one log of every access: a Merkle tree over the audit rows of all stores, its signed checkpoints, its segments, and the reading of it.</summary>
public sealed class AuditModule : IModule
{
    public void Register(ModuleContext context)
    {
        var folder = context.Settings["Segments"] ?? Path.Combine(context.DataFolder, "segments");
        context.Services.AddSingleton<LogTrust>();
        context.AddOnStore((store, _) => new LogStore(store));
        context.Services.AddSingleton<Sequencer>();
        context.Services.AddSingleton<LogKeys>();
        context.Services.AddSingleton<Checkpoints>();
        context.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Witnessing>(provider, () => provider.Client<IWitnessClient>("audit", "witness")));
        context.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Segments>(provider, new FolderPlace(folder)));
        context.Services.AddSingleton<LogRounds>();
        context.Services.AddHostedService(provider => provider.GetRequiredService<LogRounds>());
        if (BucketTerms.Read(context.Settings) is { } terms) CarryTo(context, terms);
    }

    static void CarryTo(ModuleContext context, BucketTerms terms)
    {
        // Not registered by itself: in one process another service has a way out of its own.
        context.AddOnStore((store, provider) => new LockedBucket(terms, new Egress(store, terms.Agreements, EgressOptions.From(context.Settings), provider.GetRequiredService<ILogger<Egress>>()), store.Clock));
        context.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Carrying>(provider, ActivatorUtilities.CreateInstance<Segments>(provider, provider.GetRequiredService<LockedBucket>())));
        context.Services.AddHostedService(provider => provider.GetRequiredService<Carrying>());
    }

    public void MapContract(ContractRoutes routes)
    {
        routes.TakeAudit((batch, services, stop) => services.GetRequiredService<Sequencer>().Append(batch, stop));
        SearchLog.Map(routes);
        GetEvent.Map(routes);
        ReportDisclosures.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes) => FhirDoor.Map(routes);
}

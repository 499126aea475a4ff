using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Messaging.Files;
using FirstRing.Messaging.Threads;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Uploads;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Messaging;

/// <summary>The thread of a visit with its pictures, written and read with the visit pass. Both are sealed; others hear only that there is a message.</summary>
public sealed class MessagingModule : IModule
{
    public void Register(ModuleContext context)
    {
        context.AddOnStore((store, _) => new ThreadStore(store));
        context.AddUploads(PostFile.Release);
    }

    public void MapContract(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, Bar);

    // Whose login ended neither writes nor reads by a pass of it any more.
    static Task Bar(OutboxWire @event, IServiceProvider services, CancellationToken stop) =>
        @event.Type == EventTypes.LoginEnded && @event.Body.Deserialize(ContractsJson.Default.LoginEnded) is { } ended
            ? EndedLogins.Take(services.Store("messaging"), @event, ended.Login.ToString(), stop)
            : Task.CompletedTask;

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        var limited = routes.MapGroup("").WithMetadata(new PerAddress("messages", PerMinute: 1_200),
            DoorAccess.Pass("messaging", "the pass's visit only; before admission what they wrote themselves, before the birth date on another device nothing", Who.Participants));
        PostMessage.Map(limited);
        ReadThread.Map(limited);
        ReadFile.Map(limited);
        PostFile.Map(limited.MapGroup("").WithMetadata(new PerAddress("files", PerMinute: 120)));
    }
}

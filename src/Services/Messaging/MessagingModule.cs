using FirstRing.Messaging.Threads;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Messaging;

/// <summary>The thread of a visit, written and read with the visit pass. The text is sealed; others hear only that there is a message.</summary>
public sealed class MessagingModule : IModule
{
    public void Register(ModuleContext context) => context.AddOnStore((store, _) => new ThreadStore(store));

    public void MapContract(ContractRoutes routes)
    {
    }

    public void MapDoor(IEndpointRouteBuilder routes)
    {
        var limited = routes.MapGroup("").WithMetadata(new PerAddress("messages", PerMinute: 1_200));
        PostMessage.Map(limited);
        ReadThread.Map(limited);
    }
}

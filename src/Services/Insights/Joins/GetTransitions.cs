using FirstRing.Contracts;
using FirstRing.Contracts.Insights;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Insights.GetTransitions;

namespace FirstRing.Insights.Joins;

/// <summary>How the joins of one visit went.</summary>
internal static class GetTransitions
{
    const int Most = 1_000;

    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<TransitionList>>("get-transitions", Access.By("web").ForItself(), Handle);

    static async Task<Answer<TransitionList>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<JoinStore>();
        return new TransitionList(await store.Of(await store.Pseudonym(request.Visit, stop), Most, stop));
    }
}

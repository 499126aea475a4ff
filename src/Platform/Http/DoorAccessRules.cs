using FirstRing.Platform.Errors;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Platform.Http;

/// <summary>
/// Knows whoever shows one kind of proof. <paramref name="Who"/> answers who it is, or why not where the proof is missing or not ours;
/// <paramref name="Barred"/> is for who is known but has none of the roles. <paramref name="Say"/>: the refusal as whoever asked can read it.
/// </summary>
public sealed record DoorKeeper(DoorProof Proof, Problem Barred, Func<HttpContext, DoorAccess, Task<(Caller? Caller, Problem? Why)>> Who, Func<HttpContext, Problem, IResult> Say)
{
    /// <summary>Knows the holders of passes.</summary>
    public static DoorKeeper OfPasses { get; } = new(DoorProof.Pass, Problem.NoPass,
        async (http, access) => await http.RequestServices.GetRequiredService<PassReader>().ReadBearer(http.Request, access.Audience!) is { } pass
            ? (new Caller("door", pass.Tenant, pass.Subject, pass.Role), null)
            : (null, Problem.NoPass),
        (_, problem) => problem);
}

/// <summary>The one place that holds a public route to its declaration: before the handler runs, whoever asks is known and has one of the roles.</summary>
public static class DoorAccessRules
{
    /// <summary>Comes after routing. From here on the request acts for whoever was let in.</summary>
    public static void UseDoorAccess(this IApplicationBuilder app)
    {
        var keepers = app.ApplicationServices.GetServices<DoorKeeper>().Append(DoorKeeper.OfPasses).ToDictionary(keeper => keeper.Proof);
        app.Use((http, next) => http.GetEndpoint() is not RouteEndpoint route || route.Metadata.GetMetadata<ContractRoute>() is not null
            ? next(http)
            : route.Metadata.GetMetadata<DoorAccess>() switch
            {
                null => Problem.NotFound.ExecuteAsync(http),
                { Proof: DoorProof.Pass or DoorProof.Login or DoorProof.BegunLogin } access => Let(http, access, keepers[access.Proof], next),
                _ => next(http),
            });
    }

    static async Task Let(HttpContext http, DoorAccess access, DoorKeeper keeper, RequestDelegate next)
    {
        var (caller, why) = (default(Caller), default(Problem));
        try
        {
            (caller, why) = await keeper.Who(http, access);
            if (caller is not null && !access.Roles.Contains(caller.Role)) why = keeper.Barred;
        }
        catch (HttpRequestException)
        {
            why = Problem.Unavailable; // who knows them does not answer
        }
        if (why is not null || caller is null)
        {
            var said = keeper.Say(http, why ?? keeper.Barred);
            if (said is not Problem) RefusalLog.Add(http, why ?? keeper.Barred); // a problem does so itself
            await said.ExecuteAsync(http);
            return;
        }
        Acting.As(caller);
        await next(http);
    }

    /// <summary>Called when all routes are mapped.</summary>
    /// <exception cref="InvalidOperationException">A route says nothing of who may use it, or that nobody may.</exception>
    public static void RequireAccess(this IEndpointRouteBuilder routes)
    {
        foreach (var route in routes.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
            if (!IsDeclared(route.Metadata)) throw new InvalidOperationException($"The route {route.DisplayName} does not say who may use it.");
    }

    static bool IsDeclared(EndpointMetadataCollection metadata) =>
        metadata.GetMetadata<ContractRoute>() is not null
        || metadata.GetMetadata<DoorAccess>() is { } access && (access.Roles.Count > 0 || access.Proof is DoorProof.None or DoorProof.Secret or DoorProof.Target);
}

using System.Globalization;
using FirstRing.Identity.Apps;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>
/// The routes of the protocol. No cookie counts here: who somebody is and what they grant is asked on a page of web's, between an application's request and
/// its answer. So other sites' scripts may ask, where that is of use to an application that runs in a browser.
/// </summary>
internal static class OAuthDoor
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup("").AddEndpointFilter(static (context, next) => DoorName.IsOurs(context.HttpContext.Request.Host) ? next(context) : ValueTask.FromResult<object?>(Problem.NotFound));
        var pages = door.MapGroup("").WithMetadata(new PerAddress("oauth-authorize", PerMinute: 120), DoorAccess.Holder("the id of an application of some clinic; what it gets is what somebody of that clinic grants on a page of their own"));
        pages.MapMethods(Endpoints.Authorize, ["GET", "POST"], Authorize);

        var apps = door.MapGroup("").WithMetadata(new PerAddress("oauth", PerMinute: 600), DoorAccess.Holder("a code or token, or an assertion signed with an application's key; it opens what it was given for"));
        apps.MapPost(Endpoints.Token, ForScripts);
        apps.MapPost(Endpoints.Revoke, ForScripts);
        apps.MapPost(Endpoints.Introspect, Ask);
        apps.MapMethods(Endpoints.UserInfo, ["GET", "POST"], ForScripts);

        var open = door.MapGroup("").WithMetadata(new PerAddress("oauth", PerMinute: 600), DoorAccess.Anyone());
        open.MapMethods("/oauth/{**rest}", ["OPTIONS"], Preflight);
        open.MapGet(Endpoints.OpenIdConfiguration, ForScripts);
        open.MapGet(Endpoints.ServerConfiguration, ForScripts);
        open.MapGet(Endpoints.Keys, ForScripts);
        open.MapGet(Endpoints.SmartConfiguration, Smart.Answer);
    }

    public static void Readable(HttpResponse response) => response.Headers.AccessControlAllowOrigin = "*";

    static Task<IResult> ForScripts(HttpContext http, CancellationToken stop)
    {
        Readable(http.Response);
        return Ask(http, stop);
    }

    static async Task<IResult> Ask(HttpContext http, CancellationToken stop) =>
        await http.RequestServices.GetRequiredService<AuthorizationServer>().Answer(http) ? Results.Empty : Problem.NotFound;

    static IResult Preflight(HttpResponse response, CancellationToken _)
    {
        Readable(response);
        response.Headers.AccessControlAllowMethods = "GET, POST";
        response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type";
        response.Headers.AccessControlMaxAge = "600";
        return Results.NoContent();
    }

    static async Task<IResult> Authorize(HttpContext http, CancellationToken stop)
    {
        var services = http.RequestServices;
        var answered = default(Answered);
        if (http.Request.Query[Endpoints.Next].ToString() is { Length: > 0 and <= 100 } next)
        {
            if ((answered = await services.GetRequiredService<AskStore>().Take(next, stop)) is null) return new Problem(AnswerAsk.NotValid.Code, AnswerAsk.NotValid.Title, AnswerAsk.NotValid.Status);
            // The request as it was judged and shown, not as the browser brings it now.
            http.Request.Method = HttpMethods.Get;
            http.Request.QueryString = QueryString.Create(answered.Parameters.Select(each => KeyValuePair.Create(each.Key, (string?)each.Value)));
        }
        if (await services.GetRequiredService<AuthorizationServer>().Answer(http)) return Results.Empty;
        var request = http.GetOpenIddictServerRequest()!;
        return answered is null ? await Begin(http, services, request) : await End(http, services, request, answered);
    }

    // The server has judged application, address, kind of answer and PKCE; scopes and audience are ours.
    static async Task<IResult> Begin(HttpContext http, IServiceProvider services, OpenIddictRequest request)
    {
        if (await services.GetRequiredService<AppStore>().FindLiving(request.ClientId!, http.RequestAborted) is not var (app, tenant)) return await Refuse(http, Errors.UnauthorizedClient, "There is no such application.");
        var scopes = request.GetScopes().Distinct().ToList();
        if (scopes.Count == 0 || !scopes.All(scope => app.Terms.Scopes.Any(allowed => Scopes.Covers(allowed, scope)))) return await Refuse(http, Errors.InvalidScope, "This application may not have that.");
        var audience = (string?)request[Endpoints.Audience];
        if (audience is null ? scopes.Any(Scopes.IsOfResources) : audience != Endpoints.At(http.Request, Endpoints.FhirBase)) return await Refuse(http, Errors.InvalidRequest, "The aud is not this FHIR server.");
        // Somebody is asked each time, so there is no answer without a page.
        if (request.HasPromptValue(PromptValues.None)) return await Refuse(http, Errors.InteractionRequired, "This asks a person.");

        var now = services.GetRequiredService<TimeProvider>().Microseconds();
        var signedInAfter = request.HasPromptValue(PromptValues.Login) ? now : MaxAge(request) is { } seconds ? now - seconds * 1_000_000 : 0;
        var kept = Endpoints.Kept.Where(name => (string?)request[name] is not null).ToDictionary(name => name, name => (string)request[name]!);
        var ask = await services.GetRequiredService<AskStore>().Open(request.ClientId!, tenant, kept, scopes, signedInAfter, http.RequestAborted);
        http.Response.Headers.Location = Endpoints.Page + ask;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    static async Task<IResult> End(HttpContext http, IServiceProvider services, OpenIddictRequest request, Answered answered)
    {
        if (answered.Grant is null || await services.GetRequiredService<GrantStore>().FindGiven(answered.Grant, http.RequestAborted) is not { } given)
            return await Refuse(http, Errors.AccessDenied, "The person said no.");
        await http.SignInAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, given.Principal((string?)request[Endpoints.Audience], services.GetRequiredService<TimeProvider>().GetUtcNow()));
        return Results.Empty;
    }

    static long? MaxAge(OpenIddictRequest request) =>
        long.TryParse((string?)request[Endpoints.MaxAge], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < int.MaxValue ? seconds : null;

    static async Task<IResult> Refuse(HttpContext http, string error, string why)
    {
        await http.ForbidAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme, new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = why,
        }));
        return Results.Empty;
    }
}

using System.Security.Claims;
using FirstRing.Identity.Apps;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace FirstRing.Identity.OAuth;

/// <summary>What the server does not do by itself: assertions as SMART has them, each good once and for minutes; tokens of applications that act for
/// themselves; scopes said in every answer; no person's name without the scope for it.</summary>
internal static class ServerRules
{
    static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha384, SecurityAlgorithms.EcdsaSha384];

    public static void Add(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<ValidateTokenContext>(handler => handler.UseInlineHandler(ReadAssertion).SetOrder(OpenIddictServerHandlers.Protection.ResolveTokenValidationParameters.Descriptor.Order + 500));
        server.AddEventHandler<ValidateTokenContext>(handler => handler.UseSingletonHandler<AssertionsOnce>().SetOrder(OpenIddictServerHandlers.Protection.ValidateAuthorizationEntry.Descriptor.Order + 1_000));
        server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<OwnTokens>().SetOrder(int.MinValue + 1_000));
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseInlineHandler(RenewWhileSignedIn).SetOrder(OpenIddictServerHandlers.EvaluateGeneratedTokens.Descriptor.Order + 500));
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseInlineHandler(SayScopes).SetOrder(OpenIddictServerHandlers.AttachSignInParameters.Descriptor.Order + 500));
        server.AddEventHandler<HandleIntrospectionRequestContext>(handler => handler.UseSingletonHandler<OwnAlone>().SetOrder(int.MaxValue - 1_000));
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseSingletonHandler<OwnAlone>().SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order - 500));
        server.AddEventHandler<HandleUserInfoRequestContext>(handler => handler.UseInlineHandler(SayWho).SetOrder(int.MaxValue - 1_000));
    }

    static bool IsAssertion(ValidateTokenContext context) => context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion);

    // SMART App Launch 2.2: typ JWT, and meant for exactly the address of the token endpoint. Meant for the issuer is what RFC 7523bis has: both name us and nobody else.
    static ValueTask ReadAssertion(ValidateTokenContext context)
    {
        if (!IsAssertion(context)) return default;
        context.TokenValidationParameters.ValidTypes = null;
        context.TokenValidationParameters.TypeValidator = static (type, _, _) => type is null or "" or "JWT" or JsonWebTokenTypes.ClientAuthentication
            ? JsonWebTokenTypes.ClientAuthentication
            : throw new SecurityTokenInvalidTypeException();
        context.TokenValidationParameters.ValidAlgorithms = Algorithms;
        context.ValidAudiences.Add(Endpoints.At(context.Transaction.GetHttpRequest()!, Endpoints.Token));
        return default;
    }

    // SMART's online_access: renewed as offline_access is, for as long as somebody is signed in.
    static ValueTask RenewWhileSignedIn(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.Principal is { } principal && principal.HasScope(Scopes.Online)) context.GenerateRefreshToken = context.IncludeRefreshToken = true;
        return default;
    }

    // Always, for SMART; the protocol would have it only where less was given than asked.
    static ValueTask SayScopes(ProcessSignInContext context)
    {
        if (context.EndpointType == OpenIddictServerEndpointType.Token && context.AccessTokenPrincipal is { } given) context.Response.Scope = string.Join(' ', given.GetScopes());
        return default;
    }

    static ValueTask SayWho(HandleUserInfoRequestContext context)
    {
        if (!context.AccessTokenPrincipal.HasScope(Scopes.OpenId)) context.Reject(Errors.InsufficientScope, "This token was not given to say who somebody is.");
        else if (context.AccessTokenPrincipal.HasScope(Scopes.Profile) && context.AccessTokenPrincipal.GetClaim(Claims.Name) is { } name) context.Claims[Claims.Name] = name;
        return default;
    }

    /// <summary>An assertion ends within five minutes and is shown once.</summary>
    internal sealed class AssertionsOnce(TokenStore tokens, TimeProvider clock) : IOpenIddictServerHandler<ValidateTokenContext>
    {
        async ValueTask IOpenIddictServerHandler<ValidateTokenContext>.HandleAsync(ValidateTokenContext context)
        {
            if (!IsAssertion(context) || context.Principal is not { } shown) return;
            if (shown.GetExpirationDate() is not { } expires || expires > clock.GetUtcNow() + Lifetimes.Assertion + Lifetimes.Skew)
                context.Reject(Errors.InvalidClient, "An assertion ends within five minutes.");
            else if (shown.GetClaim(Claims.JwtId) is not { Length: > 0 and <= 200 } jti || shown.GetClaim(Claims.Issuer) is not { } app
                || !await tokens.FirstShown(app, jti, Instant.Microseconds(expires), CancellationToken.None))
                context.Reject(Errors.InvalidClient, "An assertion has a jti that was not used before.");
            else context.Transaction.Request!.ClientId ??= app; // what compares clients from here on has who it is, said or not
        }
    }

    /// <summary>The token of an application that acts for itself: its own scopes, and not longer than minutes.</summary>
    internal sealed class OwnTokens(AppStore apps) : IOpenIddictServerHandler<HandleTokenRequestContext>
    {
        async ValueTask IOpenIddictServerHandler<HandleTokenRequestContext>.HandleAsync(HandleTokenRequestContext context)
        {
            if (!context.Request.IsClientCredentialsGrantType() || context.ClientId is not { } id || await apps.FindLiving(id, CancellationToken.None) is not var (app, tenant)) return;
            var scopes = context.Request.GetScopes();
            if (scopes.IsEmpty || !scopes.All(scope => app.Terms.Scopes.Any(allowed => Scopes.Covers(allowed, scope))))
            {
                context.Reject(Errors.InvalidScope, "This application may not have that.");
                return;
            }
            var identity = new ClaimsIdentity("FirstRing").SetClaim(Claims.Subject, id).SetClaim(Given.TenantClaim, tenant.ToString()).SetScopes(scopes)
                .SetResources(Endpoints.At(context.Transaction.GetHttpRequest()!, Endpoints.FhirBase)).SetAccessTokenLifetime(Lifetimes.BackendAccess)
                .SetDestinations(static _ => [Destinations.AccessToken]);
            context.SignIn(new ClaimsPrincipal(identity));
        }
    }

    /// <summary>An application asks about its own tokens, and gives its own back. The server would let any that shows a key.</summary>
    internal sealed class OwnAlone(TokenStore tokens) : IOpenIddictServerHandler<HandleIntrospectionRequestContext>, IOpenIddictServerHandler<HandleRevocationRequestContext>
    {
        async ValueTask IOpenIddictServerHandler<HandleIntrospectionRequestContext>.HandleAsync(HandleIntrospectionRequestContext context)
        {
            if (await IsOwn(context.GenericTokenPrincipal, context.Request)) context.Scopes.UnionWith(context.GenericTokenPrincipal.GetScopes());
            else context.Reject(Errors.InvalidToken, "This token is another's.");
        }

        async ValueTask IOpenIddictServerHandler<HandleRevocationRequestContext>.HandleAsync(HandleRevocationRequestContext context)
        {
            if (!await IsOwn(context.GenericTokenPrincipal, context.Request)) context.Reject(Errors.InvalidToken, "This token is another's.");
        }

        async Task<bool> IsOwn(ClaimsPrincipal shown, OpenIddictRequest request) =>
            shown.GetTokenId() is { } id && request.ClientId is { } app && (await tokens.Find(id, CancellationToken.None))?.App == app;
    }
}

using System.Security.Claims;
using System.Security.Cryptography;
using FirstRing.Identity.Apps;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>
/// OpenIddict, in a container of its own: made when the first application asks, so that a start does not wait for it, and anew when its keys change.
/// It has no log: what goes through it are codes and tokens.
/// </summary>
internal sealed class AuthorizationServer(AppStore apps, GrantStore grants, TokenStore tokens, ServerKeys keys, TimeProvider clock) : IAsyncDisposable
{
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    readonly SemaphoreSlim _making = new(1);
    Made? _made;

    sealed record Made(ServiceProvider Services, string Keys, long LookedAt);

    /// <summary>Lets the server answer. False where it took the request for valid and leaves the answer to us, through the services that the request then has.</summary>
    public async Task<bool> Answer(HttpContext http)
    {
        var services = (await Now(http.RequestAborted)).CreateAsyncScope();
        http.Response.RegisterForDisposeAsync(services);
        http.RequestServices = services.ServiceProvider;
        var handlers = services.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>();
        return await handlers.GetHandlerAsync(http, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme) is IAuthenticationRequestHandler handler && await handler.HandleRequestAsync();
    }

    /// <summary>What an access token says, with its row, if it holds at this moment and was given under this door's name; null otherwise.</summary>
    public async Task<(ClaimsPrincipal Shown, OAuthToken Row)?> Read(string token, Uri door, CancellationToken stop)
    {
        await using var services = (await Now(stop)).CreateAsyncScope();
        var transaction = await services.ServiceProvider.GetRequiredService<IOpenIddictServerFactory>().CreateTransactionAsync();
        (transaction.BaseUri, transaction.CancellationToken) = (door, stop);
        var asked = new OpenIddictServerEvents.ValidateTokenContext(transaction) { Token = token, ValidTokenTypes = { TokenTypeIdentifiers.AccessToken } };
        await services.ServiceProvider.GetRequiredService<IOpenIddictServerDispatcher>().DispatchAsync(asked);
        return !asked.IsRejected && asked.Principal is { } shown && shown.GetTokenId() is { } id && await tokens.Find(id, stop) is { } row ? (shown, row) : null;
    }

    async ValueTask<IServiceProvider> Now(CancellationToken stop)
    {
        if (_made is { } made && clock.Microseconds() - made.LookedAt < LookAgain.TotalMicroseconds) return made.Services;
        await _making.WaitAsync(stop);
        try
        {
            var now = clock.Microseconds();
            if (_made is { } there && now - there.LookedAt < LookAgain.TotalMicroseconds) return there.Services;
            var found = await keys.Load(stop);
            var names = string.Join(' ', found.Select(key => key.Id));
            // One that is no longer current may still answer somebody: the garbage collector takes it.
            _made = _made is { } same && same.Keys == names ? same with { LookedAt = now } : new Made(Make(found), names, now);
            return _made.Services;
        }
        finally
        {
            _making.Release();
        }
    }

    ServiceProvider Make(IReadOnlyList<ServerKey> found)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock).AddSingleton(apps).AddSingleton(grants).AddSingleton(tokens).AddLogging();
        services.AddOpenIddict()
            .AddCore(core => core.DisableEntityCaching()
                .SetDefaultApplicationEntity<OAuthApp>().ReplaceApplicationStore<OAuthApp, AppEntities>(ServiceLifetime.Singleton)
                .SetDefaultAuthorizationEntity<OAuthGrant>().ReplaceAuthorizationStore<OAuthGrant, GrantEntities>(ServiceLifetime.Singleton)
                .SetDefaultTokenEntity<OAuthToken>().ReplaceTokenStore<OAuthToken, TokenEntities>(ServiceLifetime.Singleton))
            .AddServer(server =>
            {
                Allow(server);
                Keep(server, found);
                ServerRules.Add(server);
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().SuppressJsonResponseIndentation();
                server.Services.PostConfigure<OpenIddictServerOptions>(Narrow);
            });
        return services.BuildServiceProvider();
    }

    static void Allow(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris(Endpoints.Authorize).SetTokenEndpointUris(Endpoints.Token).SetRevocationEndpointUris(Endpoints.Revoke)
            .SetIntrospectionEndpointUris(Endpoints.Introspect).SetUserInfoEndpointUris(Endpoints.UserInfo).SetJsonWebKeySetEndpointUris(Endpoints.Keys)
            .SetConfigurationEndpointUris(Endpoints.OpenIdConfiguration, Endpoints.ServerConfiguration)
            .AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().AllowClientCredentialsFlow().RequireProofKeyForCodeExchange()
            .RegisterScopes([.. Scopes.OfPeople])
            // Scopes are an application's own and judged by us, where they are asked for; "aud" is SMART's and no resource of theirs.
            .DisableScopeValidation().IgnoreScopePermissions().DisableAudienceValidation().IgnoreAudiencePermissions().DisableResourceValidation().IgnoreResourcePermissions()
            .SetAuthorizationCodeLifetime(Lifetimes.Code).SetAccessTokenLifetime(Lifetimes.Access).SetIdentityTokenLifetime(Lifetimes.Identity).SetRefreshTokenLifetime(Lifetimes.Online)
            .SetRefreshTokenReuseLeeway(TimeSpan.Zero).DisableSlidingRefreshTokenExpiration()
            .UseReferenceAccessTokens().UseReferenceRefreshTokens();
    }

    // What the builder adds by itself.
    static void Narrow(OpenIddictServerOptions options)
    {
        options.CodeChallengeMethods.IntersectWith([CodeChallengeMethods.Sha256]);
        options.ResponseModes.IntersectWith([ResponseModes.Query]);
        options.ClientAuthenticationMethods.IntersectWith([ClientAuthenticationMethods.PrivateKeyJwt]);
    }

    static void Keep(OpenIddictServerBuilder server, IReadOnlyList<ServerKey> found)
    {
        foreach (var key in found)
            if (key.Purpose == ServerKeys.Encryption) server.AddEncryptionKey(new SymmetricSecurityKey(key.Key) { KeyId = key.Id });
            else server.AddSigningKey(Signing(key));
    }

    static RsaSecurityKey Signing(ServerKey key)
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(key.Key, out _);
        return new RsaSecurityKey(rsa) { KeyId = key.Id };
    }

    public async ValueTask DisposeAsync()
    {
        if (_made is { } made) await made.Services.DisposeAsync();
        _making.Dispose();
    }
}

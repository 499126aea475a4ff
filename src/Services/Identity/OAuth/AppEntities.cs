using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Apps;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>An application as the protocol's server knows it.</summary>
internal sealed class OAuthApp(App app, TenantId tenant)
{
    public App App => app;
    public TenantId Tenant => tenant;
}

/// <summary>Reads applications for OpenIddict. They are entered and ended by an admin alone: there is no way to write one here.</summary>
internal sealed class AppEntities(AppStore apps) : IOpenIddictApplicationStore<OAuthApp>
{
    static readonly NotSupportedException Unused = new("The server does not ask for this.");

    async ValueTask<OAuthApp?> IOpenIddictApplicationStore<OAuthApp>.FindByIdAsync(string identifier, CancellationToken cancellationToken) => await Find(identifier, cancellationToken);
    async ValueTask<OAuthApp?> IOpenIddictApplicationStore<OAuthApp>.FindByClientIdAsync(string identifier, CancellationToken cancellationToken) => await Find(identifier, cancellationToken);

    async Task<OAuthApp?> Find(string id, CancellationToken stop) => await apps.FindLiving(id, stop) is var (app, tenant) ? new OAuthApp(app, tenant) : null;

    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetIdAsync(OAuthApp application, CancellationToken cancellationToken) => new(application.App.Id.ToString());
    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetClientIdAsync(OAuthApp application, CancellationToken cancellationToken) => new(application.App.Id.ToString());
    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetDisplayNameAsync(OAuthApp application, CancellationToken cancellationToken) => new(application.App.Terms.Name);
    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetApplicationTypeAsync(OAuthApp application, CancellationToken cancellationToken) => new(ApplicationTypes.Web);
    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetConsentTypeAsync(OAuthApp application, CancellationToken cancellationToken) => new(ConsentTypes.Explicit);
    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetClientSecretAsync(OAuthApp application, CancellationToken cancellationToken) => new((string?)null);

    ValueTask<string?> IOpenIddictApplicationStore<OAuthApp>.GetClientTypeAsync(OAuthApp application, CancellationToken cancellationToken) =>
        new(application.App.Terms.Kind == AppKind.Public ? ClientTypes.Public : ClientTypes.Confidential);

    ValueTask<JsonWebKeySet?> IOpenIddictApplicationStore<OAuthApp>.GetJsonWebKeySetAsync(OAuthApp application, CancellationToken cancellationToken) =>
        new(application.App.Terms.Keys is { } keys ? new JsonWebKeySet(keys) : null);

    ValueTask<ImmutableArray<string>> IOpenIddictApplicationStore<OAuthApp>.GetRedirectUrisAsync(OAuthApp application, CancellationToken cancellationToken) => new([.. application.App.Terms.Redirects]);
    ValueTask<ImmutableArray<string>> IOpenIddictApplicationStore<OAuthApp>.GetPostLogoutRedirectUrisAsync(OAuthApp application, CancellationToken cancellationToken) => new([]);

    // What its kind needs and nothing else.
    ValueTask<ImmutableArray<string>> IOpenIddictApplicationStore<OAuthApp>.GetPermissionsAsync(OAuthApp application, CancellationToken cancellationToken) => new(application.App.Terms switch
    {
        { Kind: AppKind.Backend } => [Permissions.Endpoints.Token, Permissions.Endpoints.Introspection, Permissions.Endpoints.Revocation, Permissions.GrantTypes.ClientCredentials],
        var terms =>
        [
            Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.Endpoints.Revocation, Permissions.GrantTypes.AuthorizationCode, Permissions.ResponseTypes.Code,
            .. terms.Kind == AppKind.Confidential ? [Permissions.Endpoints.Introspection] : Array.Empty<string>(),
            .. terms.Scopes.Any(scope => scope is Scopes.Offline or Scopes.Online) ? [Permissions.GrantTypes.RefreshToken] : Array.Empty<string>(),
        ],
    });

    ValueTask<ImmutableArray<string>> IOpenIddictApplicationStore<OAuthApp>.GetRequirementsAsync(OAuthApp application, CancellationToken cancellationToken) => new([Requirements.Features.ProofKeyForCodeExchange]);
    ValueTask<ImmutableDictionary<string, string>> IOpenIddictApplicationStore<OAuthApp>.GetSettingsAsync(OAuthApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<string, string>.Empty);
    ValueTask<ImmutableDictionary<string, JsonElement>> IOpenIddictApplicationStore<OAuthApp>.GetPropertiesAsync(OAuthApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<string, JsonElement>.Empty);
    ValueTask<ImmutableDictionary<CultureInfo, string>> IOpenIddictApplicationStore<OAuthApp>.GetDisplayNamesAsync(OAuthApp application, CancellationToken cancellationToken) => new(ImmutableDictionary<CultureInfo, string>.Empty);

    ValueTask<long> IOpenIddictApplicationStore<OAuthApp>.CountAsync(CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictApplicationStore<OAuthApp>.CountAsync<TResult>(Func<IQueryable<OAuthApp>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw Unused;
    ValueTask<TResult?> IOpenIddictApplicationStore<OAuthApp>.GetAsync<TState, TResult>(Func<IQueryable<OAuthApp>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) where TResult : default => throw Unused;
    IAsyncEnumerable<OAuthApp> IOpenIddictApplicationStore<OAuthApp>.FindByPostLogoutRedirectUriAsync(string uri, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthApp> IOpenIddictApplicationStore<OAuthApp>.FindByRedirectUriAsync(string uri, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthApp> IOpenIddictApplicationStore<OAuthApp>.ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<TResult> IOpenIddictApplicationStore<OAuthApp>.ListAsync<TState, TResult>(Func<IQueryable<OAuthApp>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw Unused;
    ValueTask<OAuthApp> IOpenIddictApplicationStore<OAuthApp>.InstantiateAsync(CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.CreateAsync(OAuthApp application, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.UpdateAsync(OAuthApp application, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.DeleteAsync(OAuthApp application, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetApplicationTypeAsync(OAuthApp application, string? type, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetClientIdAsync(OAuthApp application, string? identifier, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetClientSecretAsync(OAuthApp application, string? secret, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetClientTypeAsync(OAuthApp application, string? type, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetConsentTypeAsync(OAuthApp application, string? type, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetDisplayNameAsync(OAuthApp application, string? name, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetDisplayNamesAsync(OAuthApp application, ImmutableDictionary<CultureInfo, string> names, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetJsonWebKeySetAsync(OAuthApp application, JsonWebKeySet? set, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetPermissionsAsync(OAuthApp application, ImmutableArray<string> permissions, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetPostLogoutRedirectUrisAsync(OAuthApp application, ImmutableArray<string> uris, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetPropertiesAsync(OAuthApp application, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetRedirectUrisAsync(OAuthApp application, ImmutableArray<string> uris, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetRequirementsAsync(OAuthApp application, ImmutableArray<string> requirements, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictApplicationStore<OAuthApp>.SetSettingsAsync(OAuthApp application, ImmutableDictionary<string, string> settings, CancellationToken cancellationToken) => throw Unused;
}

using System.Collections.Immutable;
using System.Text.Json;
using FirstRing.Platform.Ids;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace FirstRing.Identity.OAuth;

/// <summary>A grant as it holds at this moment: <see cref="Status"/> is what the row says and everything that ends a grant beside it. Microseconds.</summary>
internal sealed class OAuthGrant
{
    public string Id { get; set; } = "";
    public string App { get; set; } = "";
    public string Staff { get; set; } = "";
    public string Scopes { get; set; } = "";
    public string Status { get; set; } = "";
    public long GivenAt { get; set; }
}

/// <summary>Reads grants for OpenIddict, each time anew, and lets it revoke them. They are given on the page that asks a person, and nowhere else.</summary>
internal sealed class GrantEntities(GrantStore grants) : IOpenIddictAuthorizationStore<OAuthGrant>
{
    static readonly NotSupportedException Unused = new("The server does not ask for this.");

    async ValueTask<OAuthGrant?> IOpenIddictAuthorizationStore<OAuthGrant>.FindByIdAsync(string identifier, CancellationToken cancellationToken) => await grants.Find(identifier, cancellationToken);

    ValueTask<string?> IOpenIddictAuthorizationStore<OAuthGrant>.GetIdAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(authorization.Id);
    ValueTask<string?> IOpenIddictAuthorizationStore<OAuthGrant>.GetApplicationIdAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(authorization.App);
    ValueTask<string?> IOpenIddictAuthorizationStore<OAuthGrant>.GetSubjectAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(authorization.Staff);
    ValueTask<string?> IOpenIddictAuthorizationStore<OAuthGrant>.GetStatusAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(authorization.Status);
    ValueTask<string?> IOpenIddictAuthorizationStore<OAuthGrant>.GetTypeAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(AuthorizationTypes.Permanent);
    ValueTask<DateTimeOffset?> IOpenIddictAuthorizationStore<OAuthGrant>.GetCreationDateAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(Instant.At(authorization.GivenAt));
    ValueTask<ImmutableArray<string>> IOpenIddictAuthorizationStore<OAuthGrant>.GetScopesAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new([.. authorization.Scopes.Split(' ')]);
    ValueTask<ImmutableDictionary<string, JsonElement>> IOpenIddictAuthorizationStore<OAuthGrant>.GetPropertiesAsync(OAuthGrant authorization, CancellationToken cancellationToken) => new(ImmutableDictionary<string, JsonElement>.Empty);

    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetStatusAsync(OAuthGrant authorization, string? status, CancellationToken cancellationToken)
    {
        authorization.Status = status ?? Statuses.Revoked;
        return ValueTask.CompletedTask;
    }

    // All that ever changes is that it ends.
    async ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.UpdateAsync(OAuthGrant authorization, CancellationToken cancellationToken)
    {
        if (authorization.Status != Statuses.Valid) await grants.Revoke(authorization.Id, cancellationToken);
    }

    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.CountAsync(CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.CountAsync<TResult>(Func<IQueryable<OAuthGrant>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw Unused;
    ValueTask<TResult?> IOpenIddictAuthorizationStore<OAuthGrant>.GetAsync<TState, TResult>(Func<IQueryable<OAuthGrant>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) where TResult : default => throw Unused;
    ValueTask<OAuthGrant> IOpenIddictAuthorizationStore<OAuthGrant>.InstantiateAsync(CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.CreateAsync(OAuthGrant authorization, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.DeleteAsync(OAuthGrant authorization, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthGrant> IOpenIddictAuthorizationStore<OAuthGrant>.FindAsync(string? subject, string? client, string? status, string? type, ImmutableArray<string>? scopes, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthGrant> IOpenIddictAuthorizationStore<OAuthGrant>.FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthGrant> IOpenIddictAuthorizationStore<OAuthGrant>.FindBySubjectAsync(string subject, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthGrant> IOpenIddictAuthorizationStore<OAuthGrant>.ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<TResult> IOpenIddictAuthorizationStore<OAuthGrant>.ListAsync<TState, TResult>(Func<IQueryable<OAuthGrant>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictAuthorizationStore<OAuthGrant>.RevokeBySubjectAsync(string subject, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetApplicationIdAsync(OAuthGrant authorization, string? identifier, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetCreationDateAsync(OAuthGrant authorization, DateTimeOffset? date, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetPropertiesAsync(OAuthGrant authorization, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetScopesAsync(OAuthGrant authorization, ImmutableArray<string> scopes, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetSubjectAsync(OAuthGrant authorization, string? subject, CancellationToken cancellationToken) => throw Unused;
    ValueTask IOpenIddictAuthorizationStore<OAuthGrant>.SetTypeAsync(OAuthGrant authorization, string? type, CancellationToken cancellationToken) => throw Unused;
}

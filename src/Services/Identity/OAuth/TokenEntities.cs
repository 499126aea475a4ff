using System.Collections.Immutable;
using System.Text.Json;
using FirstRing.Platform.Ids;
using OpenIddict.Abstractions;

namespace FirstRing.Identity.OAuth;

/// <summary>A token's row. <see cref="ReferenceHash"/>: SHA-256 of what the application holds, kept nowhere else. <see cref="Payload"/> is encrypted. Times in UTC microseconds.</summary>
internal sealed class OAuthToken
{
    public string Id { get; set; } = "";
    public string? App { get; set; }
    public string? GrantId { get; set; }
    public string? Subject { get; set; }
    public string? Type { get; set; }
    public string? Status { get; set; }
    public string? ReferenceHash { get; set; }
    public string? Payload { get; set; }
    public long? CreatedAt { get; set; }
    public long? ExpiresAt { get; set; }
    public long? RedeemedAt { get; set; }
    public long Version { get; set; }
}

/// <summary>Keeps codes and tokens for OpenIddict.</summary>
internal sealed class TokenEntities(TokenStore tokens) : IOpenIddictTokenStore<OAuthToken>
{
    static readonly NotSupportedException Unused = new("The server does not ask for this.");

    ValueTask<OAuthToken> IOpenIddictTokenStore<OAuthToken>.InstantiateAsync(CancellationToken cancellationToken) => new(new OAuthToken { Id = NewId.Random().ToString("N") });
    async ValueTask IOpenIddictTokenStore<OAuthToken>.CreateAsync(OAuthToken token, CancellationToken cancellationToken) => await tokens.Insert(token, cancellationToken);

    async ValueTask IOpenIddictTokenStore<OAuthToken>.UpdateAsync(OAuthToken token, CancellationToken cancellationToken)
    {
        if (!await tokens.Update(token, cancellationToken)) throw new OpenIddictExceptions.ConcurrencyException("Another request was first.");
    }

    async ValueTask<OAuthToken?> IOpenIddictTokenStore<OAuthToken>.FindByIdAsync(string identifier, CancellationToken cancellationToken) => await tokens.Find(identifier, cancellationToken);
    async ValueTask<OAuthToken?> IOpenIddictTokenStore<OAuthToken>.FindByReferenceIdAsync(string identifier, CancellationToken cancellationToken) => await tokens.FindByReference(identifier, cancellationToken);
    async ValueTask<long> IOpenIddictTokenStore<OAuthToken>.RevokeByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken) => await tokens.RevokeUnder(identifier, cancellationToken);

    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetIdAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.Id);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetApplicationIdAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.App);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetAuthorizationIdAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.GrantId);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetSubjectAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.Subject);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetTypeAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.Type);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetStatusAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.Status);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetReferenceIdAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.ReferenceHash);
    ValueTask<string?> IOpenIddictTokenStore<OAuthToken>.GetPayloadAsync(OAuthToken token, CancellationToken cancellationToken) => new(token.Payload);
    ValueTask<DateTimeOffset?> IOpenIddictTokenStore<OAuthToken>.GetCreationDateAsync(OAuthToken token, CancellationToken cancellationToken) => new(At(token.CreatedAt));
    ValueTask<DateTimeOffset?> IOpenIddictTokenStore<OAuthToken>.GetExpirationDateAsync(OAuthToken token, CancellationToken cancellationToken) => new(At(token.ExpiresAt));
    ValueTask<DateTimeOffset?> IOpenIddictTokenStore<OAuthToken>.GetRedemptionDateAsync(OAuthToken token, CancellationToken cancellationToken) => new(At(token.RedeemedAt));
    ValueTask<ImmutableDictionary<string, JsonElement>> IOpenIddictTokenStore<OAuthToken>.GetPropertiesAsync(OAuthToken token, CancellationToken cancellationToken) => new(ImmutableDictionary<string, JsonElement>.Empty);

    ValueTask IOpenIddictTokenStore<OAuthToken>.SetApplicationIdAsync(OAuthToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.App = identifier);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetAuthorizationIdAsync(OAuthToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.GrantId = identifier);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetSubjectAsync(OAuthToken token, string? subject, CancellationToken cancellationToken) => Set(() => token.Subject = subject);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetTypeAsync(OAuthToken token, string? type, CancellationToken cancellationToken) => Set(() => token.Type = type);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetStatusAsync(OAuthToken token, string? status, CancellationToken cancellationToken) => Set(() => token.Status = status);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetReferenceIdAsync(OAuthToken token, string? identifier, CancellationToken cancellationToken) => Set(() => token.ReferenceHash = identifier);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetPayloadAsync(OAuthToken token, string? payload, CancellationToken cancellationToken) => Set(() => token.Payload = payload);
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetCreationDateAsync(OAuthToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.CreatedAt = Of(date));
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetExpirationDateAsync(OAuthToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.ExpiresAt = Of(date));
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetRedemptionDateAsync(OAuthToken token, DateTimeOffset? date, CancellationToken cancellationToken) => Set(() => token.RedeemedAt = Of(date));

    // There is no column for them: what the server wants to know again it keeps in the payload.
    ValueTask IOpenIddictTokenStore<OAuthToken>.SetPropertiesAsync(OAuthToken token, ImmutableDictionary<string, JsonElement> properties, CancellationToken cancellationToken) => properties.Count == 0 ? default : throw Unused;

    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.CountAsync(CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.CountAsync<TResult>(Func<IQueryable<OAuthToken>, IQueryable<TResult>> query, CancellationToken cancellationToken) => throw Unused;
    ValueTask<TResult?> IOpenIddictTokenStore<OAuthToken>.GetAsync<TState, TResult>(Func<IQueryable<OAuthToken>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) where TResult : default => throw Unused;
    ValueTask IOpenIddictTokenStore<OAuthToken>.DeleteAsync(OAuthToken token, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthToken> IOpenIddictTokenStore<OAuthToken>.FindAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthToken> IOpenIddictTokenStore<OAuthToken>.FindByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthToken> IOpenIddictTokenStore<OAuthToken>.FindByAuthorizationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthToken> IOpenIddictTokenStore<OAuthToken>.FindBySubjectAsync(string subject, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<OAuthToken> IOpenIddictTokenStore<OAuthToken>.ListAsync(int? count, int? offset, CancellationToken cancellationToken) => throw Unused;
    IAsyncEnumerable<TResult> IOpenIddictTokenStore<OAuthToken>.ListAsync<TState, TResult>(Func<IQueryable<OAuthToken>, TState, IQueryable<TResult>> query, TState state, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.PruneAsync(DateTimeOffset threshold, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.RevokeAsync(string? subject, string? client, string? status, string? type, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.RevokeByApplicationIdAsync(string identifier, CancellationToken cancellationToken) => throw Unused;
    ValueTask<long> IOpenIddictTokenStore<OAuthToken>.RevokeBySubjectAsync(string subject, CancellationToken cancellationToken) => throw Unused;

    static ValueTask Set(Action set)
    {
        set();
        return default;
    }

    static DateTimeOffset? At(long? microseconds) => microseconds is { } at ? Instant.At(at) : null;
    static long? Of(DateTimeOffset? at) => at is { } known ? Instant.Microseconds(known) : null;
}

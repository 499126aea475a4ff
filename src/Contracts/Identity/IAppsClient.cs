using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// Applications of others that act for a clinic's people, or for the clinic itself, by OAuth 2: which there are, what one asks for, what somebody granted.
/// The protocol itself is at the door, below <c>/oauth</c>.
/// </summary>
public interface IAppsClient
{
    /// <summary>For admins.</summary>
    [Post("/contract/identity/list-apps")] Task<Answer<AppList>> ListApps([Body] ListApps request, CancellationToken stop);

    /// <summary>For admins. Refused: <c>app-name-wrong</c>, <c>app-redirects-wrong</c>, <c>app-scopes-wrong</c>, <c>app-keys-wrong</c>, <c>idempotency-mismatch</c>.</summary>
    [Post("/contract/identity/add-app")] Task<Answer<App>> AddApp([Body] AddApp request, CancellationToken stop);

    /// <summary>For admins. From now on nothing that it holds opens anything; again changes nothing. Refused: <c>no-such-app</c>.</summary>
    [Post("/contract/identity/end-app")] Task<Answer<App>> EndApp([Body] EndApp request, CancellationToken stop);

    /// <summary>Who asks for what. Asked by a whole login of the clinic's staff. Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>factor-missing</c>,
    /// <c>ask-not-valid</c> (unknown, over, answered, of another clinic's application).</summary>
    [Post("/contract/identity/look-ask")] Task<Answer<AskSeen>> LookAsk([Body] LookAsk request, CancellationToken stop);

    /// <summary>Grants, or says no; once. Refused as looking, and <c>sign-in-anew</c> where the application wants a newer sign-in than this.</summary>
    [Post("/contract/identity/decide-ask")] Task<Answer<AskDecided>> DecideAsk([Body] DecideAsk request, CancellationToken stop);

    /// <summary>What the member granted and what still holds. Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>factor-missing</c>.</summary>
    [Post("/contract/identity/list-own-grants")] Task<Answer<GrantList>> ListOwnGrants([Body] ListOwnGrants request, CancellationToken stop);

    /// <summary>Withdraws one of them; one that is over, or another's, changes nothing. Refused as listing.</summary>
    [Post("/contract/identity/end-own-grant")] Task<Answer<Done>> EndOwnGrant([Body] EndOwnGrant request, CancellationToken stop);
}

/// <summary>What an application can keep secret, and for whom it acts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AppKind>))]
public enum AppKind
{
    /// <summary>Runs where people are (a browser, a phone) and keeps no secret.</summary>
    [JsonStringEnumMemberName("public")] Public,

    /// <summary>Runs on a server and shows who it is by a key of its own.</summary>
    [JsonStringEnumMemberName("confidential")] Confidential,

    /// <summary>As confidential, but acts for itself, with nobody signed in.</summary>
    [JsonStringEnumMemberName("backend")] Backend,
}

/// <summary><paramref name="Redirects"/>: addresses that people are sent back to, compared letter by letter. <paramref name="Keys"/>: its public keys as a JSON Web
/// Key Set (RFC 7517), none for a public one.</summary>
public sealed record AppTerms(string Name, AppKind Kind, IReadOnlyList<string> Redirects, IReadOnlyList<string> Scopes, string? Keys = null);

/// <summary><paramref name="Id"/> is the client_id. Times in UTC microseconds.</summary>
public sealed record App(AppId Id, AppTerms Terms, long CreatedAt, long? EndedAt);
public sealed record AppList(IReadOnlyList<App> Apps);
public sealed record ListApps(TenantId Tenant);
public sealed record AddApp(string Key, TenantId Tenant, AppTerms Terms);
public sealed record EndApp(TenantId Tenant, AppId Id);

/// <summary><paramref name="Ask"/> is what the address of the page holds.</summary>
public sealed record LookAsk(string Login, string Ask);

/// <summary><paramref name="Back"/>: the host that the answer goes to. <paramref name="Ends"/>: when a grant would end at the latest, in UTC microseconds.
/// <paramref name="Offline"/>: it goes on after signing out.</summary>
public sealed record AskSeen(string App, string Back, IReadOnlyList<string> Scopes, long Ends, bool Offline);
public sealed record DecideAsk(string Login, string Ask, bool Allow);

/// <summary><paramref name="Next"/>: where the browser goes on, at our own door; good once and for a minute.</summary>
public sealed record AskDecided(string Next, string App);
public sealed record ListOwnGrants(string Login);

/// <summary>Times in UTC microseconds.</summary>
public sealed record Grant(GrantId Id, string App, IReadOnlyList<string> Scopes, long GivenAt, long Ends, bool Offline);
public sealed record GrantList(IReadOnlyList<Grant> Grants);
public sealed record EndOwnGrant(string Login, GrantId Id);

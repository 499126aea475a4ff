using Refit;

namespace FirstRing.Contracts.Identity;

/// <summary>
/// Passkeys of staff (WebAuthn level 3, user verification required): a whole login by themselves. What a browser is given and gives is its own JSON, as text.
/// <c>Origin</c> is the page's, which the browser vouches for.
/// </summary>
public interface IPasskeysClient
{
    /// <summary>What a browser needs to sign in with any passkey that it has.</summary>
    [Post("/contract/identity/begin-passkey-sign-in")] Task<Answer<PasskeyBegun>> BeginPasskeySignIn([Body] BeginPasskeySignIn request, CancellationToken stop);

    /// <summary>Refused: <c>passkey-refused</c>, whatever was wrong; <c>too-many-tries</c> (ten in a quarter of an hour for a passkey).</summary>
    [Post("/contract/identity/passkey-sign-in")] Task<Answer<SignedIn>> PasskeySignIn([Body] PasskeySignIn request, CancellationToken stop);

    /// <summary>What a browser needs to make a new passkey. Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>sign-in-anew</c>, <c>too-many-passkeys</c> (ten).</summary>
    [Post("/contract/identity/begin-passkey")] Task<Answer<PasskeyBegun>> BeginPasskey([Body] BeginPasskey request, CancellationToken stop);

    /// <summary>Keeps it, and ends the member's other logins. Refused as beginning, and <c>passkey-refused</c>.</summary>
    [Post("/contract/identity/add-passkey")] Task<Answer<FactorKept>> AddPasskey([Body] AddPasskey request, CancellationToken stop);

    /// <summary>Refused: <c>not-signed-in</c>, <c>code-needed</c>, <c>factor-missing</c>, <c>no-such-passkey</c>.</summary>
    [Post("/contract/identity/rename-passkey")] Task<Answer<Done>> RenamePasskey([Body] RenamePasskey request, CancellationToken stop);

    /// <summary>Ends the member's other logins too. Refused as renaming, and <c>sign-in-anew</c>, <c>last-factor</c>.</summary>
    [Post("/contract/identity/remove-passkey")] Task<Answer<Done>> RemovePasskey([Body] RemovePasskey request, CancellationToken stop);

    /// <summary>Refused: <c>not-signed-in</c>, <c>code-needed</c>.</summary>
    [Post("/contract/identity/list-passkeys")] Task<Answer<PasskeyList>> ListPasskeys([Body] ListPasskeys request, CancellationToken stop);
}

public sealed record BeginPasskeySignIn(string Origin);

/// <summary><paramref name="Ceremony"/> is good once, for five minutes; <paramref name="Options"/> is JSON for the browser.</summary>
public sealed record PasskeyBegun(string Ceremony, string Options);
public sealed record PasskeySignIn(string Origin, string Ceremony, string Credential, string? Agent = null, string? Earlier = null);
public sealed record BeginPasskey(string Login, string Origin);
public sealed record AddPasskey(string Login, string Origin, string Ceremony, string Credential, string Name);
public sealed record RenamePasskey(string Login, string Id, string Name);
public sealed record RemovePasskey(string Login, string Id);
public sealed record ListPasskeys(string Login);

/// <summary>Times in UTC microseconds.</summary>
public sealed record PasskeyEntry(string Id, string Name, long CreatedAt, long? UsedAt);
public sealed record PasskeyList(IReadOnlyList<PasskeyEntry> Passkeys);

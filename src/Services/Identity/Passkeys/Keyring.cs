using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FirstRing.Identity.Passkeys;

/// <summary>
/// ASP.NET Core's own passkey handler over the passkeys of one holder, which were read before and are written after: it does the WebAuthn, our store the rest.
/// </summary>
internal sealed class Keyring(Holder? holder, IReadOnlyList<UserPasskeyInfo> passkeys, Uri origin) : IUserPasskeyStore<Holder>
{
    /// <summary>How long a browser may take, and how long the answer is waited for.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(5);

    readonly DefaultHttpContext _http = new(); // what it would tell is in the options

    PasskeyHandler<Holder> Handler()
    {
        var users = new UserManager<Holder>(this, Options.Create(new IdentityOptions()), null!, [], [], null!, new IdentityErrorDescriber(), null!, NullLogger<UserManager<Holder>>.Instance);
        return new PasskeyHandler<Holder>(users, Options.Create(new IdentityPasskeyOptions
        {
            AuthenticatorTimeout = Time,
            ServerDomain = origin.Host,
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            AttestationConveyancePreference = "none",
            ValidateOrigin = claimed => ValueTask.FromResult(!claimed.CrossOrigin && Uri.TryCreate(claimed.Origin, UriKind.Absolute, out var from)
                && from.GetLeftPart(UriPartial.Authority) == origin.GetLeftPart(UriPartial.Authority)),
        }));
    }

    public async Task<(string Options, string State)> BeginNew()
    {
        var begun = await Handler().MakeCreationOptionsAsync(new PasskeyUserEntity { Id = holder!.Id, Name = holder.Name, DisplayName = holder.Name }, _http);
        return (begun.CreationOptionsJson, begun.AttestationState ?? "");
    }

    /// <summary>Null for what is no new passkey of this holder's, made for this state.</summary>
    public async Task<UserPasskeyInfo?> New(string credential, string state)
    {
        var made = await Handler().PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = _http, CredentialJson = credential, AttestationState = state });
        return made is { Succeeded: true, Passkey: { IsUserVerified: true } passkey } && made.UserEntity.Id == holder!.Id ? passkey : null;
    }

    public async Task<(string Options, string State)> BeginSignIn()
    {
        var begun = await Handler().MakeRequestOptionsAsync(null, _http);
        return (begun.RequestOptionsJson, begun.AssertionState ?? "");
    }

    /// <summary>The passkey as it is after signing in with it; null for what proves nothing.</summary>
    public async Task<UserPasskeyInfo?> SignIn(string credential, string state)
    {
        var shown = await Handler().PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = _http, CredentialJson = credential, AssertionState = state });
        return shown is { Succeeded: true, Passkey: { IsUserVerified: true } passkey, User: { } user } && user.Id == holder!.Id ? passkey : null;
    }

    Task<IList<UserPasskeyInfo>> IUserPasskeyStore<Holder>.GetPasskeysAsync(Holder user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. passkeys]);

    Task<UserPasskeyInfo?> IUserPasskeyStore<Holder>.FindPasskeyAsync(Holder user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.FirstOrDefault(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId)));

    Task<Holder?> IUserPasskeyStore<Holder>.FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.Any(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId)) ? holder : null);

    Task<Holder?> IUserStore<Holder>.FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(holder?.Id == userId ? holder : null);
    Task<string> IUserStore<Holder>.GetUserIdAsync(Holder user, CancellationToken cancellationToken) => Task.FromResult(user.Id);
    Task<string?> IUserStore<Holder>.GetUserNameAsync(Holder user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Name);

    // The handler never writes by it, nor asks for names.
    Task IUserPasskeyStore<Holder>.AddOrUpdatePasskeyAsync(Holder user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserPasskeyStore<Holder>.RemovePasskeyAsync(Holder user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserStore<Holder>.SetUserNameAsync(Holder user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<string?> IUserStore<Holder>.GetNormalizedUserNameAsync(Holder user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserStore<Holder>.SetNormalizedUserNameAsync(Holder user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<Holder>.CreateAsync(Holder user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<Holder>.UpdateAsync(Holder user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<Holder>.DeleteAsync(Holder user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<Holder?> IUserStore<Holder>.FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

/// <summary>Whose passkeys they are: an opaque id, and the name that an authenticator shows beside them.</summary>
internal sealed record Holder(string Id, string Name);

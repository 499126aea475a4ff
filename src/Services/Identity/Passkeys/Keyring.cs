using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FirstRing.Identity.Passkeys;

/// <summary>
/// ASP.NET Core's own passkey handler over the passkeys of one member, which were read before and are written after: it does the WebAuthn, our store the rest.
/// </summary>
internal sealed class Keyring(StaffMember? member, IReadOnlyList<UserPasskeyInfo> passkeys, Uri origin) : IUserPasskeyStore<StaffMember>
{
    /// <summary>How long a browser may take, and how long the answer is waited for.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(5);

    readonly DefaultHttpContext _http = new(); // what it would tell is in the options

    PasskeyHandler<StaffMember> Handler()
    {
        var users = new UserManager<StaffMember>(this, Options.Create(new IdentityOptions()), null!, [], [], null!, new IdentityErrorDescriber(), null!, NullLogger<UserManager<StaffMember>>.Instance);
        return new PasskeyHandler<StaffMember>(users, Options.Create(new IdentityPasskeyOptions
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
        var begun = await Handler().MakeCreationOptionsAsync(new PasskeyUserEntity { Id = member!.Id.ToString(), Name = member.Name, DisplayName = member.Name }, _http);
        return (begun.CreationOptionsJson, begun.AttestationState ?? "");
    }

    /// <summary>Null for what is no new passkey of this member's, made for this state.</summary>
    public async Task<UserPasskeyInfo?> New(string credential, string state)
    {
        var made = await Handler().PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = _http, CredentialJson = credential, AttestationState = state });
        return made is { Succeeded: true, Passkey: { IsUserVerified: true } passkey } && made.UserEntity.Id == member!.Id.ToString() ? passkey : null;
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
        return shown is { Succeeded: true, Passkey: { IsUserVerified: true } passkey, User: { } user } && user.Id == member!.Id ? passkey : null;
    }

    Task<IList<UserPasskeyInfo>> IUserPasskeyStore<StaffMember>.GetPasskeysAsync(StaffMember user, CancellationToken cancellationToken) => Task.FromResult<IList<UserPasskeyInfo>>([.. passkeys]);

    Task<UserPasskeyInfo?> IUserPasskeyStore<StaffMember>.FindPasskeyAsync(StaffMember user, byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.FirstOrDefault(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId)));

    Task<StaffMember?> IUserPasskeyStore<StaffMember>.FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        Task.FromResult(passkeys.Any(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId)) ? member : null);

    Task<StaffMember?> IUserStore<StaffMember>.FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(member?.Id.ToString() == userId ? member : null);
    Task<string> IUserStore<StaffMember>.GetUserIdAsync(StaffMember user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());
    Task<string?> IUserStore<StaffMember>.GetUserNameAsync(StaffMember user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Name);

    // The handler never writes by it, nor asks for names.
    Task IUserPasskeyStore<StaffMember>.AddOrUpdatePasskeyAsync(StaffMember user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserPasskeyStore<StaffMember>.RemovePasskeyAsync(StaffMember user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserStore<StaffMember>.SetUserNameAsync(StaffMember user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<string?> IUserStore<StaffMember>.GetNormalizedUserNameAsync(StaffMember user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task IUserStore<StaffMember>.SetNormalizedUserNameAsync(StaffMember user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<StaffMember>.CreateAsync(StaffMember user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<StaffMember>.UpdateAsync(StaffMember user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<IdentityResult> IUserStore<StaffMember>.DeleteAsync(StaffMember user, CancellationToken cancellationToken) => throw new NotSupportedException();
    Task<StaffMember?> IUserStore<StaffMember>.FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}

using FirstRing.Identity.Apps;
using FirstRing.Identity.Demo;
using FirstRing.Identity.Emergencies;
using FirstRing.Identity.Factors;
using FirstRing.Identity.Links;
using FirstRing.Identity.Logins;
using FirstRing.Identity.OAuth;
using FirstRing.Identity.Passkeys;
using FirstRing.Identity.Patients;
using FirstRing.Identity.Proxies;
using FirstRing.Identity.Staff;
using FirstRing.Identity.Tenants;
using FirstRing.Identity.Vendors;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity;

/// <summary>Tenants, staff and their logins, links of patients and guests, and the visit passes that all others verify offline.</summary>
public sealed class IdentityModule : IModule
{
    /// <summary>Rounds of a password's hash. Only this project's tests may ask for fewer: no setting reaches it.</summary>
    internal int PasswordRounds { get; init; } = Passwords.Rounds;

    /// <summary>Of the key that signs what applications are told; likewise.</summary>
    internal int KeyBits { get; init; } = ServerKeys.RsaBits;

    public void Register(ModuleContext context)
    {
        var settings = context.Settings.Get<IdentitySettings>() ?? throw new InvalidOperationException("Identity has no settings.");
        context.Services.AddSingleton(settings);
        context.Services.AddSingleton(provider => new PassSigner(PassKeys.Read(settings.PassKey), provider.GetRequiredService<TimeProvider>()));
        context.Services.AddSingleton<VisitPasses>();
        context.Services.AddSingleton(_ => new Passwords(PasswordRounds));
        context.AddOnStore((store, _) => new TenantStore(store));
        context.AddOnStore((store, _) => new LoginStore(store));
        context.AddOnStore((store, _) => new StaffStore(store));
        context.AddOnStore((store, _) => new PasskeyStore(store));
        context.AddOnStore((store, _) => new PatientPasskeyStore(store));
        context.AddOnStore((store, _) => new LinkStore(store));
        context.AddOnStore((store, _) => new AppStore(store));
        context.AddOnStore((store, _) => new AskStore(store));
        context.AddOnStore((store, _) => new GrantStore(store));
        context.AddOnStore((store, provider) => new AuthorizationServer(provider.GetRequiredService<AppStore>(), provider.GetRequiredService<GrantStore>(), new TokenStore(store), new ServerKeys(store, KeyBits), store.Clock));
        context.AddOnStore((store, provider) => new DemoClinic(store, provider.GetRequiredService<Passwords>(), context.DataFolder));
        context.AddOnStore((store, _) => new EmergencyStore(store));
        context.AddOnStore((store, _) => new ProxyStore(store));
        context.Services.AddHostedService<DemoStart>();
        context.Services.AddHostedService<EmergencyWatch>();
        context.Services.AddHostedService<ProxyWatch>();
        VendorRegistry.Register(context);
    }

    public void MapContract(ContractRoutes routes)
    {
        CreateLink.Map(routes);
        RevokeLinks.Map(routes);
        LookLink.Map(routes);
        EnterByLink.Map(routes);
        ProveBirthDate.Map(routes);
        SignIn.Map(routes);
        WhoIs.Map(routes);
        SignOut.Map(routes);
        GiveCode.Map(routes);
        ChangeFactors.Map(routes);
        OwnAccount.Map(routes);
        PasskeySignIn.Map(routes);
        KeepPasskeys.Map(routes);
        MakePasskey.Map(routes);
        EnterWithPasskey.Map(routes);
        InviteStaff.Map(routes);
        KeepStaff.Map(routes);
        TakeInvitation.Map(routes);
        StaffAddresses.Map(routes);
        OpenClinic.Map(routes);
        EnterAsStaff.Map(routes);
        BreakGlass.Map(routes);
        CheckEmergency.Map(routes);
        EndEmergency.Map(routes);
        ReviewEmergencies.Map(routes);
        GrantProxy.Map(routes);
        KeepProxies.Map(routes);
        HideVisit.Map(routes);
        GetTenant.Map(routes);
        GetStaff.Map(routes);
        DemoSignIn.Map(routes);
        VendorRegistry.Map(routes);
        KeepApps.Map(routes);
        AnswerAsk.Map(routes);
        OwnGrants.Map(routes);
        CheckToken.Map(routes);
    }

    public void MapDoor(IEndpointRouteBuilder routes) => OAuthDoor.Map(routes);
}

/// <summary><paramref name="PassKey"/>: path of the private key of passes (PEM). <paramref name="Demo"/>: whether the demo clinic and its one-click links exist.</summary>
/// <param name="Operator">The secret of whoever runs the platform; without one no clinic can be opened.</param>
internal sealed record IdentitySettings(string PassKey, bool Demo, string? Operator = null);

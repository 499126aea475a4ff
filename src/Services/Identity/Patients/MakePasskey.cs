using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Links;
using FirstRing.Identity.Passkeys;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Patients;

/// <summary>
/// A patient's passkey is made on a device on which the birth date was given, the link's first one too: a link opens one visit, and whoever found it must not
/// make a way into all that follow.
/// </summary>
internal static class MakePasskey
{
    static readonly Refusal
        Unknown = new("device-not-known", "Give your date of birth on this device first.", 403),
        TooMany = new("too-many-passkeys", "Ten passkeys are enough. Remove one first.", 409),
        Refused = new("passkey-refused", "This passkey was not made for you here.", 422);

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<BeginPatientPasskey, Answer<PasskeyBegun>>("begin-patient-passkey", Access.By("web").ForSecret(), Begin);
        routes.Verb<AddPatientPasskey, Answer<Done>>("add-patient-passkey", Access.By("web").ForSecret(), Add);
    }

    static async Task<Answer<PasskeyBegun>> Begin(BeginPatientPasskey request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<PatientPasskeyStore>();
        var owner = await Owner(request.Token, request.Device, caller, services, stop);
        if (owner.Value is not { } link) return owner.Refused!;
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        var had = await store.Of(link.Tenant, link.Patient!.Value, stop);
        if (had.Count >= PatientPasskeyStore.Most) return TooMany;
        using var keyring = new Keyring(await Holder(link, services, stop), had, origin);
        var (options, state) = await keyring.BeginNew();
        return await store.Commit<Answer<PasskeyBegun>>(Entrant.Of(caller, link), async transaction => new PasskeyBegun(await PasskeyStore.Begin(transaction, link.Patient.ToString()!, state), options), stop);
    }

    static async Task<Answer<Done>> Add(AddPatientPasskey request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<PatientPasskeyStore>();
        var owner = await Owner(request.Token, request.Device, caller, services, stop);
        if (owner.Value is not { } link) return owner.Refused!;
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        var (acting, patient) = (Entrant.Of(caller, link), link.Patient!.Value);
        var state = await store.Commit(acting, transaction => PasskeyStore.End(transaction, patient.ToString(), request.Ceremony), stop);
        using var keyring = new Keyring(await Holder(link, services, stop), [], origin);
        var passkey = state is null ? null : await keyring.New(request.Credential, state);
        return await store.Commit<Answer<Done>>(acting, async transaction =>
        {
            var kept = passkey is not null && await PatientPasskeyStore.Add(transaction, link.Tenant, patient, passkey);
            transaction.Audit("add-passkey", patient.ToString(), kept ? "ok" : "refused", patient.ToString());
            return kept ? Done.Yes : Refused;
        }, stop);
    }

    /// <summary>The link, where it is a patient's and the device has shown that it is theirs.</summary>
    static async Task<Answer<Link>> Owner(string token, string device, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var links = services.GetRequiredService<LinkStore>();
        var link = await links.Find(token, stop);
        if (Link.WhyNotEntered(link, links.Clock.Microseconds()) is { } why) return why;
        if (link!.Role != VisitRole.Patient || !Device.IsWellFormed(device)) return Unknown;
        return await links.Commit(Entrant.Of(caller, link), transaction => LinkStore.IsProven(transaction, link, Token.Hash(device)), stop) ? link : Unknown;
    }

    // What an authenticator shows of it is the clinic's name: a list of passkeys says of nobody what they are treated for.
    static async Task<Holder> Holder(Link link, IServiceProvider services, CancellationToken stop) =>
        new(link.Patient.ToString()!, (await services.GetRequiredService<TenantStore>().Find(link.Tenant, stop))?.Name ?? "FirstRing");
}

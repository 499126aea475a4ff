using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.PasskeySignIn;

namespace FirstRing.Identity.Passkeys;

/// <summary>Signs staff in by a passkey alone: the device is one factor, what unlocks it the other. Whatever is wrong gets one answer.</summary>
internal static class PasskeySignIn
{
    static readonly Refusal Refused = new("passkey-refused", "This passkey does not sign anyone in here.", 401);

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<BeginPasskeySignIn, Answer<PasskeyBegun>>("begin-passkey-sign-in", Access.By("web").ForSecret(), Begin);
        routes.Verb<Request, Answer<SignedIn>>("passkey-sign-in", Access.By("web").ForSecret(), Handle);
    }

    static async Task<Answer<PasskeyBegun>> Begin(BeginPasskeySignIn request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        using var keyring = new Keyring(null, [], origin);
        var (options, state) = await keyring.BeginSignIn();
        return await services.GetRequiredService<PasskeyStore>().Commit<Answer<PasskeyBegun>>(Caller.System(caller.Service), async transaction =>
            new PasskeyBegun(await PasskeyStore.Begin(transaction, "", state), options), stop);
    }

    static async Task<Answer<SignedIn>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<PasskeyStore>();
        var system = Caller.System(caller.Service);
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin) || IdIn(request.Credential) is not { } id) return Refused;
        var state = await store.Commit(system, transaction => PasskeyStore.End(transaction, "", request.Ceremony), stop);
        if (state is null || await store.Find(id, stop) is not var (member, passkey)) return Refused;
        using var keyring = new Keyring(PasskeyStore.Holder(member), [passkey], origin);
        var used = await keyring.SignIn(request.Credential, state);
        return await store.Commit<Answer<SignedIn>>(LoginStore.As(caller, member), async transaction =>
        {
            var good = used is not null && await PasskeyStore.Use(transaction, used);
            transaction.Audit("passkey-sign-in", member.Id.ToString(), good ? "ok" : "refused");
            if (!good) return Refused;
            if (request.Earlier is not null) await LoginStore.EndBySecret(transaction, request.Earlier);
            return new SignedIn(await LoginStore.Start(transaction, member.Id, Way.Passkey, request.Agent), member);
        }, stop);
    }

    /// <summary>The id that the browser's answer names; null where it names none.</summary>
    public static string? IdIn(string credential)
    {
        try
        {
            using var document = JsonDocument.Parse(credential);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Factors;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Staff;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Passkeys;

/// <summary>A member's own passkeys: made, named, taken away. Making or taking one away needs a login of the last ten minutes and ends the others.</summary>
internal static class KeepPasskeys
{
    static readonly Refusal
        Refused = new("passkey-refused", "This passkey was not made for you here.", 422),
        NoSuch = new("no-such-passkey", "You have no such passkey.", 404),
        TooMany = new("too-many-passkeys", "Ten passkeys are enough. Remove one first.", 409),
        LastFactor = new("last-factor", "This is the only way you sign in with. Add another one first.", 409);

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<BeginPasskey, Answer<PasskeyBegun>>("begin-passkey", Access.By("web").ForSecret(Who.Staff), Begin);
        routes.Verb<AddPasskey, Answer<FactorKept>>("add-passkey", Access.By("web").ForSecret(Who.Staff), Add);
        routes.Verb<RenamePasskey, Answer<Done>>("rename-passkey", Access.By("web").ForSecret(Who.Staff), (request, caller, services, stop) => InLogin<Done>(request.Login, caller, services, login => login.WhyNotWhole,
            async (transaction, login) => await PasskeyStore.Rename(transaction, login.Member.Id, request.Id, Named(request.Name)) ? Done.Yes : NoSuch, stop));
        routes.Verb<RemovePasskey, Answer<Done>>("remove-passkey", Access.By("web").ForSecret(Who.Staff), (request, caller, services, stop) => InLogin<Done>(request.Login, caller, services,
            login => login.WhyNotWhole ?? Fresh(services, login), (transaction, login) => Remove(transaction, login, request.Id), stop));
        routes.Verb<ListPasskeys, Answer<PasskeyList>>("list-passkeys", Access.By("web").ForSecret(Who.Staff), async (request, _, services, stop) =>
            await services.GetRequiredService<LoginStore>().Find(request.Login, stop) is not { } login ? Refusals.NotSignedIn
            : login.Level == LoginLevel.Code ? Refusals.CodeNeeded
            : new PasskeyList(await services.GetRequiredService<PasskeyStore>().List(login.Member.Id, stop)));
    }

    static Refusal? Fresh(IServiceProvider services, Login login) => login.WhyNotChange(services.GetRequiredService<LoginStore>().Clock.Microseconds());

    static async Task<Answer<T>> InLogin<T>(string secret, Caller caller, IServiceProvider services, Func<Login, Refusal?> whyNot, Func<Transaction, Login, Task<Answer<T>>> work, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(secret, stop) is not { } login) return Refusals.NotSignedIn;
        return whyNot(login) is { } why ? why : await logins.Commit(login.As(caller), transaction => work(transaction, login), stop);
    }

    static async Task<Answer<PasskeyBegun>> Begin(BeginPasskey request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var (logins, store) = (services.GetRequiredService<LoginStore>(), services.GetRequiredService<PasskeyStore>());
        if (await logins.Find(request.Login, stop) is not { } login) return Refusals.NotSignedIn;
        if (Fresh(services, login) is { } why) return why;
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        var had = await store.Of(login.Member.Id, stop);
        if (had.Count >= PasskeyStore.Most) return TooMany;
        using var keyring = new Keyring(PasskeyStore.Holder(login.Member), had, origin);
        var (options, state) = await keyring.BeginNew();
        return await store.Commit<Answer<PasskeyBegun>>(login.As(caller), async transaction => new PasskeyBegun(await PasskeyStore.Begin(transaction, login.Member.Id.ToString(), state), options), stop);
    }

    static async Task<Answer<FactorKept>> Add(AddPasskey request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var (logins, store) = (services.GetRequiredService<LoginStore>(), services.GetRequiredService<PasskeyStore>());
        if (await logins.Find(request.Login, stop) is not { } login) return Refusals.NotSignedIn;
        if (Fresh(services, login) is { } why) return why;
        if (!Uri.TryCreate(request.Origin, UriKind.Absolute, out var origin)) return Refused;
        var member = login.Member;
        var state = await store.Commit(login.As(caller), transaction => PasskeyStore.End(transaction, member.Id.ToString(), request.Ceremony), stop);
        if (state is null) return Refused;
        using var keyring = new Keyring(PasskeyStore.Holder(member), [], origin);
        if (await keyring.New(request.Credential, state) is not { } passkey) return Refused;
        return await logins.Commit<Answer<FactorKept>>(login.As(caller), async transaction =>
        {
            if (await PasskeyStore.Count(transaction, member.Id) >= PasskeyStore.Most) return TooMany;
            if (!await PasskeyStore.Add(transaction, member.Id, passkey, Named(request.Name))) return Refused;
            transaction.Audit("add-passkey", member.Id.ToString());
            await StaffAddresses.Tell(transaction, member.Tenant, member.Id, SignInChange.PasskeyAdded);
            var codes = (await FactorStore.Look(transaction, member)).RecoveryCodes == 0 ? await FactorStore.NewRecoveryCodes(transaction, member) : [];
            await LoginStore.EndAll(transaction, member.Id, kept: login.Id);
            return new FactorKept(login.Level == LoginLevel.Enrol ? await LoginStore.Renew(transaction, login, Way.Passkey) : request.Login, codes);
        }, stop);
    }

    static async Task<Answer<Done>> Remove(Transaction transaction, Login login, string id)
    {
        var member = login.Member;
        if ((await FactorStore.Look(transaction, member)).TotpSince is null && await PasskeyStore.Count(transaction, member.Id) <= 1) return LastFactor;
        if (!await PasskeyStore.Remove(transaction, member.Id, id)) return NoSuch;
        await LoginStore.EndAll(transaction, member.Id, kept: login.Id);
        transaction.Audit("remove-passkey", member.Id.ToString());
        await StaffAddresses.Tell(transaction, member.Tenant, member.Id, SignInChange.PasskeyRemoved);
        return Done.Yes;
    }

    static string Named(string name) => name.Trim() is { Length: > 0 and <= 60 } given && !given.Any(char.IsControl) ? given : "Passkey";
}

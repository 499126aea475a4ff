using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Identity.Staff;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Factors;

/// <summary>The authenticator app and the recovery codes: looked at, set up, changed. A change ends the member's other logins.</summary>
internal static class ChangeFactors
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<LookLogin, Answer<LoginSeen>>("look-login", Access.By("web").ForSecret(), async (request, _, services, stop) =>
        {
            var logins = services.GetRequiredService<LoginStore>();
            return await logins.Find(request.Login, stop) is { } login
                ? new LoginSeen(login.Id, login.Member, login.Level, login.IsFresh(Platform.Ids.Instant.Microseconds(logins.Clock)))
                : Refusals.NotSignedIn;
        });
        routes.Verb<GetFactors, Answer<Contracts.Identity.Factors>>("get-factors", Access.By("web").ForSecret(Who.Staff), (request, caller, services, stop) => InLogin<Contracts.Identity.Factors>(request.Login, caller, services,
            login => login.Level == LoginLevel.Code ? Refusals.CodeNeeded : null, async (transaction, login) => await FactorStore.Look(transaction, login.Member), stop));
        routes.Verb<BeginTotp, Answer<TotpBegun>>("begin-totp", Access.By("web").ForSecret(Who.Staff), Begin);
        routes.Verb<ConfirmTotp, Answer<FactorKept>>("confirm-totp", Access.By("web").ForSecret(Who.Staff), (request, caller, services, stop) =>
            Change<FactorKept>(request.Login, caller, services, (transaction, login) => Confirm(transaction, login, request), stop));
        routes.Verb<MakeRecoveryCodes, Answer<FactorKept>>("make-recovery-codes", Access.By("web").ForSecret(Who.Staff), (request, caller, services, stop) =>
            Change<FactorKept>(request.Login, caller, services, (transaction, login) => Anew(transaction, login, request), stop));
    }

    static Task<Answer<T>> Change<T>(string secret, Caller caller, IServiceProvider services, Func<Transaction, Login, Task<Answer<T>>> work, CancellationToken stop) =>
        InLogin(secret, caller, services, login => login.WhyNotChange(Platform.Ids.Instant.Microseconds(services.GetRequiredService<LoginStore>().Clock)), work, stop);

    static async Task<Answer<T>> InLogin<T>(string secret, Caller caller, IServiceProvider services, Func<Login, Refusal?> whyNot,
        Func<Transaction, Login, Task<Answer<T>>> work, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(secret, stop) is not { } login) return Refusals.NotSignedIn;
        return whyNot(login) is { } why ? why : await logins.Commit(login.As(caller), transaction => work(transaction, login), stop);
    }

    static async Task<Answer<TotpBegun>> Begin(BeginTotp request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        if (await services.GetRequiredService<LoginStore>().Find(request.Login, stop) is not { } member) return Refusals.NotSignedIn;
        var clinic = await services.GetRequiredService<TenantStore>().Find(member.Member.Tenant, stop);
        return await Change<TotpBegun>(request.Login, caller, services, async (transaction, login) =>
        {
            var seed = TotpSeed.New();
            await FactorStore.Keep(transaction, login.Member, seed, confirmed: false);
            transaction.Audit("begin-totp", login.Member.Id.ToString());
            return new TotpBegun(TotpSeed.Text(seed), TotpSeed.Uri(seed, clinic!.Name, login.Member.Name));
        }, stop);
    }

    static async Task<Answer<FactorKept>> Confirm(Transaction transaction, Login login, ConfirmTotp request)
    {
        var (member, staff) = (login.Member, login.Member.Id.ToString());
        if (!await Attempts.Code.Take(transaction, staff)) return Refusals.TooManyTries;
        var had = await FactorStore.Look(transaction, member);
        var right = await FactorStore.Confirm(transaction, member, request.Code);
        transaction.Audit("confirm-totp", staff, right switch { true => "ok", false => "wrong", null => "not-begun" });
        if (right is not true) return right is null ? Refusals.TotpNotBegun : Refusals.CodeWrong;
        await Attempts.Code.GiveBack(transaction, staff, transaction.Now);
        var codes = had.RecoveryCodes == 0 ? await FactorStore.NewRecoveryCodes(transaction, member) : [];
        await LoginStore.EndAll(transaction, member.Id, kept: login.Id);
        await StaffAddresses.Tell(transaction, member.Tenant, member.Id, SignInChange.AppSet);
        // Who had no factor has shown one now.
        var kept = login.Level == LoginLevel.Enrol ? await LoginStore.Renew(transaction, login, Way.Totp) : request.Login;
        return new FactorKept(kept, codes);
    }

    static async Task<Answer<FactorKept>> Anew(Transaction transaction, Login login, MakeRecoveryCodes request)
    {
        if (login.WhyNotWhole is { } why) return why;
        var codes = await FactorStore.NewRecoveryCodes(transaction, login.Member);
        await LoginStore.EndAll(transaction, login.Member.Id, kept: login.Id);
        transaction.Audit("make-recovery-codes", login.Member.Id.ToString());
        await StaffAddresses.Tell(transaction, login.Member.Tenant, login.Member.Id, SignInChange.RecoveryCodesMade);
        return new FactorKept(request.Login, codes);
    }
}

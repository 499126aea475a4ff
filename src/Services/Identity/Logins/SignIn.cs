using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Factors;
using FirstRing.Identity.Staff;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.SignIn;

namespace FirstRing.Identity.Logins;

/// <summary>The first step of signing in: the password. What it begins can do nothing but take the second one. Someone unknown costs the same statements and the same hashing, and gets the same answer.</summary>
internal static class SignIn
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<SignedIn>>("sign-in", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<SignedIn>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var (tenants, logins) = (services.GetRequiredService<TenantStore>(), services.GetRequiredService<LoginStore>());
        var email = await tenants.EmailHash(request.Email, stop);
        var system = Caller.System(caller.Service);
        var takenAt = await logins.Commit<long?>(system, async transaction =>
        {
            await Attempts.Sweep(transaction);
            return await Attempts.SignIn.Take(transaction, email) ? transaction.Now : null;
        }, stop);
        if (takenAt is null) return Refusals.TooManyTries;

        var found = await tenants.FindByEmail(email, stop);
        if (!services.GetRequiredService<Passwords>().Matches(found?.PasswordHash, request.Password))
            return await logins.Commit<Answer<SignedIn>>(system, transaction =>
            {
                transaction.Audit("sign-in", $"email:{email[..16]}", "failed");
                return Task.FromResult<Answer<SignedIn>>(Refusals.SignInFailed);
            }, stop);

        var member = found!.Value.Member;
        return await logins.Commit(LoginStore.As(caller, member), async transaction =>
        {
            await Attempts.SignIn.GiveBack(transaction, email, takenAt.Value);
            if (request.Earlier is not null) await LoginStore.EndBySecret(transaction, request.Earlier);
            await StaffAddresses.Keep(transaction, member, request.Email);
            var level = await FactorStore.Look(transaction, member) is { TotpSince: null, Passkeys: 0 } ? LoginLevel.Enrol : LoginLevel.Code;
            transaction.Audit("sign-in", member.Id.ToString(), level == LoginLevel.Code ? "code-next" : "factor-missing");
            return new SignedIn(await LoginStore.Start(transaction, member.Id, Way.Password, request.Agent), member, level);
        }, stop);
    }
}

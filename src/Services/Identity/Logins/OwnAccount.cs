using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Staff;
using FirstRing.Identity.Tenants;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Logins;

/// <summary>What members of staff do with their own account: change the password, look at their logins and end them.</summary>
internal static class OwnAccount
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<ListOwnLogins, Answer<LoginList>>("list-own-logins", Access.By("web").ForSecret(Who.Staff), async (request, _, services, stop) =>
        {
            var logins = services.GetRequiredService<LoginStore>();
            return await logins.Find(request.Login, stop) is not { } login ? Refusals.NotSignedIn
                : login.WhyNotWhole is { } why ? why
                : new LoginList(await logins.List(login.Member.Tenant, login.Member.Id, stop));
        });
        routes.Verb<EndOwnLogin, Answer<Done>>("end-own-login", Access.By("web").ForSecret(Who.Staff), End);
        routes.Verb<ChangePassword, Answer<Done>>("change-password", Access.By("web").ForSecret(Who.Staff), Change);
    }

    static async Task<Answer<Done>> End(EndOwnLogin request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(request.Login, stop) is not { } login) return Refusals.NotSignedIn;
        if (login.WhyNotWhole is { } why) return why;
        return await logins.Commit(login.As(caller), async transaction =>
        {
            await LoginStore.EndOf(transaction, login.Member.Id, request.Id);
            transaction.Audit("end-own-login", request.Id.ToString());
            return Done.Yes;
        }, stop);
    }

    // The present password is asked for and its tries are counted before it is looked at, as at signing in.
    static async Task<Answer<Done>> Change(ChangePassword request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var (logins, tenants, passwords) = (services.GetRequiredService<LoginStore>(), services.GetRequiredService<TenantStore>(), services.GetRequiredService<Passwords>());
        if (await logins.Find(request.Login, stop) is not { } login) return Refusals.NotSignedIn;
        if ((login.WhyNotWhole ?? login.WhyNotChange(logins.Clock.Microseconds())) is { } why) return why;
        var (member, acting) = (login.Member, login.As(caller));
        var clinic = (await tenants.Find(member.Tenant, stop))!.Name;
        if (PasswordRules.WhyNot(request.New, clinic, member.Name) is { } weak) return weak;
        if (!await logins.Commit(acting, transaction => Attempts.PresentPassword.Take(transaction, member.Id.ToString()), stop)) return Refusals.TooManyTries;
        var right = passwords.Matches(await tenants.PasswordHash(member.Id, stop), request.Present);
        var hash = right ? passwords.Hash(request.New) : "";
        return await logins.Commit<Answer<Done>>(acting, async transaction =>
        {
            transaction.Audit("change-password", member.Id.ToString(), right ? "ok" : "present-wrong");
            if (!right) return Refusals.PresentWrong;
            await StaffStore.SetPassword(transaction, member.Id, hash);
            await LoginStore.EndAll(transaction, member.Id, kept: login.Id);
            await StaffAddresses.Tell(transaction, member.Tenant, member.Id, SignInChange.PasswordSet);
            return Done.Yes;
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.GiveCode;

namespace FirstRing.Identity.Factors;

/// <summary>The second step of signing in. The try is counted in the transaction that decides it, so that parallel guesses wait for each other.</summary>
internal static class GiveCode
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<SignedIn>>("give-code", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<SignedIn>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(request.Login, stop) is not { Level: LoginLevel.Code } login) return Refusals.NotSignedIn;
        return await logins.Commit<Answer<SignedIn>>(login.As(caller), async transaction =>
        {
            var (member, staff) = (login.Member, login.Member.Id.ToString());
            var allowed = await Attempts.Code.Take(transaction, staff);
            var way = allowed ? await FactorStore.Use(transaction, member, request.Code) : null;
            transaction.Audit("give-code", staff, way ?? (allowed ? "wrong" : "too-many-tries"));
            if (way is null) return allowed ? Refusals.CodeWrong : Refusals.TooManyTries;
            await Attempts.Code.GiveBack(transaction, staff, transaction.Now);
            return new SignedIn(await LoginStore.Renew(transaction, login, way), member);
        }, stop);
    }
}

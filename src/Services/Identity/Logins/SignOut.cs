using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.SignOut;

namespace FirstRing.Identity.Logins;

/// <summary>Ends a login at once; ending one that is over is no error.</summary>
internal static class SignOut
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<Done>>("sign-out", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<Done>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var logins = services.GetRequiredService<LoginStore>();
        if (await logins.Find(request.Login, stop) is not { } login) return Done.Yes;
        return await logins.Commit(login.As(caller), async transaction =>
        {
            await LoginStore.End(transaction, login.Id);
            transaction.Audit("sign-out", login.Member.Id.ToString());
            return Done.Yes;
        }, stop);
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.WhoIs;

namespace FirstRing.Identity.Logins;

/// <summary>Who a login cookie belongs to, if all its steps were taken; asking keeps the login alive.</summary>
internal static class WhoIs
{
    public static void Map(ContractRoutes routes) => routes.Verb<Request, Answer<StaffMember>>("who-is", Access.By("web").ForSecret(), Handle);

    static async Task<Answer<StaffMember>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop) =>
        await services.GetRequiredService<LoginStore>().Find(request.Login, stop) is not { } login ? Refusals.NotSignedIn
        : login.WhyNotWhole is { } why ? why : login.Member;
}

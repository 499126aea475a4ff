using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;
using Request = FirstRing.Contracts.Identity.TakeInvitation;

namespace FirstRing.Identity.Staff;

/// <summary>The invited person looks at the invitation, sets a password, and is signed in as someone who is to set up a factor next.</summary>
internal static class TakeInvitation
{
    public static void Map(ContractRoutes routes)
    {
        routes.Verb<LookInvitation, Answer<InvitationSeen>>("look-invitation", Access.By("web").ForSecret(), async (request, _, services, stop) =>
            await services.GetRequiredService<StaffStore>().Find(request.Token, stop) is var (member, clinic, demo)
                ? new InvitationSeen(clinic, member.Name, member.Role, demo)
                : StaffRules.InvitationNotValid);
        routes.Verb<Request, Answer<SignedIn>>("take-invitation", Access.By("web").ForSecret(), Handle);
    }

    static async Task<Answer<SignedIn>> Handle(Request request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var store = services.GetRequiredService<StaffStore>();
        if (await store.Find(request.Token, stop) is not var (member, clinic, _)) return StaffRules.InvitationNotValid;
        if (PasswordRules.WhyNot(request.Password, clinic, member.Name) is { } why) return why;
        var hash = services.GetRequiredService<Passwords>().Hash(request.Password);
        return await store.Commit<Answer<SignedIn>>(LoginStore.As(caller, member), async transaction =>
        {
            if (!await StaffStore.Use(transaction, request.Token)) return StaffRules.InvitationNotValid;
            await StaffStore.SetPassword(transaction, member.Id, hash);
            transaction.Audit("take-invitation", member.Id.ToString());
            await StaffAddresses.Tell(transaction, member.Tenant, member.Id, SignInChange.PasswordSet);
            return new SignedIn(await LoginStore.Start(transaction, member.Id, Way.Password, request.Agent), member, LoginLevel.Enrol);
        }, stop);
    }
}

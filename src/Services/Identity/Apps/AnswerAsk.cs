using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Identity.Logins;
using FirstRing.Identity.OAuth;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Identity.Apps;

/// <summary>A person looks at what an application asks for, and answers. Only someone of the clinic that entered the application is asked.</summary>
internal static class AnswerAsk
{
    public static readonly Refusal NotValid = new("ask-not-valid", "This question is not open any more. Go back to the application and begin again.", 404);

    public static void Map(ContractRoutes routes)
    {
        routes.Verb<LookAsk, Answer<AskSeen>>("look-ask", Access.By("web").ForSecret(Who.Staff), async (request, _, services, stop) =>
            await Find(request.Login, request.Ask, services, stop) is var (found, _, why) && found is { } ask ? Seen(ask, services.GetRequiredService<GrantStore>().Clock) : why!);
        routes.Verb<DecideAsk, Answer<AskDecided>>("decide-ask", Access.By("web").ForSecret(Who.Staff), Decide);
    }

    static async Task<Answer<AskDecided>> Decide(DecideAsk request, Caller caller, IServiceProvider services, CancellationToken stop)
    {
        var (found, login, why) = await Find(request.Login, request.Ask, services, stop);
        if (found is not { } ask || login is null) return why!;
        if (request.Allow && login.CreatedAt < ask.SignedInAfter) return Refusals.SignInAnew;
        return await services.GetRequiredService<GrantStore>().Commit<Answer<AskDecided>>(login.As(caller), async transaction =>
        {
            GrantId? grant = request.Allow ? new GrantId(NewId.Random()) : null;
            if (await AskStore.Decide(transaction, ask, grant) is not { } next) return NotValid;
            if (grant is { } given) await GrantStore.Insert(transaction, given, ask.App, login, ask.Scopes);
            transaction.Audit("answer-app", grant?.ToString() ?? ask.App, request.Allow ? "granted" : "refused");
            return new AskDecided($"{Endpoints.Authorize}?{Endpoints.Next}={next}", ask.AppName);
        }, stop);
    }

    static async Task<(Ask? Ask, Login? Login, Refusal? Why)> Find(string secret, string ask, IServiceProvider services, CancellationToken stop)
    {
        if (await services.GetRequiredService<LoginStore>().Find(secret, stop) is not { } login) return (null, null, Refusals.NotSignedIn);
        if (login.WhyNotWhole is { } why) return (null, null, why);
        return await services.GetRequiredService<AskStore>().Find(ask, stop) is { } found && found.Tenant == login.Member.Tenant ? (found, login, null) : (null, null, NotValid);
    }

    static AskSeen Seen(Ask ask, TimeProvider clock) => new(ask.AppName, new Uri(ask.Parameters[Endpoints.RedirectUri]).Host, ask.Scopes,
        clock.Microseconds() + (long)Lifetimes.OfGrant(ask.Scopes).TotalMicroseconds, ask.Scopes.Contains(Scopes.Offline));
}

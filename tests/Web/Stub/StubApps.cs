using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Applications, one question of one of them, and grants, in memory. Refuses what <see cref="Refuses"/> says.</summary>
internal sealed class StubApps : IAppsClient
{
    public const string Question = "question-of-an-application";
    public const string Next = "/oauth/authorize?next=abc";

    readonly Dictionary<string, App> _byKey = [];

    public List<App> All { get; } = [];
    public List<Grant> Grants { get; } = [];
    public List<bool> Decided { get; } = [];
    public Refusal? Refuses { get; set; }
    public AskSeen Seen { get; set; } = new("Chart Helper", "chart-helper.example", ["openid", "profile", "online_access", "user/Observation.rs"], 1_800_000_000_000_000, false);

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);
    static Refusal Over => new("ask-not-valid", "This question is not open any more.", 404);

    public Task<Answer<AppList>> ListApps(ListApps request, CancellationToken stop) => Say<AppList>(new AppList([.. All]));

    public Task<Answer<App>> AddApp(AddApp request, CancellationToken stop)
    {
        if (Refuses is { } why) return Say<App>(why);
        if (_byKey.TryGetValue(request.Key, out var there)) return Say<App>(there);
        var app = _byKey[request.Key] = new App(new AppId(NewId.Random()), request.Terms, 1, null);
        All.Add(app);
        return Say<App>(app);
    }

    public Task<Answer<App>> EndApp(EndApp request, CancellationToken stop)
    {
        var place = All.FindIndex(app => app.Id == request.Id);
        return Say<App>(place < 0 ? new Refusal("no-such-app", "There is no such application.", 404) : All[place] = All[place] with { EndedAt = 1 });
    }

    public Task<Answer<AskSeen>> LookAsk(LookAsk request, CancellationToken stop) => Say<AskSeen>(request.Ask == Question ? Seen : Over);

    public Task<Answer<AskDecided>> DecideAsk(DecideAsk request, CancellationToken stop)
    {
        if (Refuses is { } why) return Say<AskDecided>(why);
        if (request.Ask != Question) return Say<AskDecided>(Over);
        Decided.Add(request.Allow);
        return Say<AskDecided>(new AskDecided(Next, Seen.App));
    }

    public Task<Answer<GrantList>> ListOwnGrants(ListOwnGrants request, CancellationToken stop) => Say<GrantList>(new GrantList([.. Grants]));

    public Task<Answer<Done>> EndOwnGrant(EndOwnGrant request, CancellationToken stop)
    {
        Grants.RemoveAll(grant => grant.Id == request.Id);
        return Say<Done>(Done.Yes);
    }
}

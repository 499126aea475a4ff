using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Insights;
using FirstRing.Insights;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Passes;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Insights;

/// <summary>Insights on a fresh store, and pages that report to it.</summary>
internal sealed class Funnel(TestStore store, ServiceHost host) : IAsyncDisposable
{
    public TestStore Store => store;
    public VisitId Visit { get; } = new(NewId.Random());

    public static async Task<Funnel> Open(Dialect dialect)
    {
        var store = await TestStore.Open(dialect, new TestStoreOptions("insights", [typeof(InsightsModule)]));
        return new Funnel(store, await ServiceHost.Start(store.Clock, new HostedModule("insights", new InsightsModule(), store)));
    }

    public string Pass(VisitId? visit = null, string login = "lgn_x", string audience = "insights") => host.Signer.Sign(new Pass("ten_x", "par_x", "patient", login,
        new Dictionary<string, string> { ["visit"] = (visit ?? Visit).ToString() }), TimeSpan.FromHours(1), [audience]);

    public Task<DoorAnswer> Report(string? pass, string attempt, params (string State, string? Reason, double Ms)[] steps) =>
        Raw(pass, JsonSerializer.Serialize(new { attempt, side = "patient", release = "0.1.0+abc", steps = steps.Select(step => new { state = step.State, reason = step.Reason, ms = step.Ms }) }));

    public Task<DoorAnswer> Raw(string? pass, string json) => host.Send(HttpMethod.Post, "/insights/join", json, pass);

    public Task EndLogin(LoginId login) => host.Deliver("identity", "insights", EventTypes.LoginEnded, "ten_x", new LoginEnded(login, 0));

    public async Task<IReadOnlyList<JoinTransition>> Transitions(VisitId? visit = null) =>
        (await host.Client<IInsightsClient>("insights").GetTransitions(new GetTransitions(visit ?? Visit), default)).Value!.Transitions;

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }
}

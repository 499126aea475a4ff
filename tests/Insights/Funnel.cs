using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Insights;
using FirstRing.Insights.Joins;
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

    /// <summary>The steps kept of a visit, and those that its attempts reported before they had a pass.</summary>
    public async Task<List<Step>> Steps(VisitId? visit = null) => await store.Store.ReadList<Step>(
        """
        SELECT attempt AS Attempt, side AS Side, state AS State, reason AS Reason, ms AS Ms, release AS Release, at AS At FROM join_steps
        WHERE visit = @name OR (visit IS NULL AND attempt IN (SELECT attempt FROM join_steps WHERE visit = @name)) ORDER BY at, attempt, ms
        """, new { name = await new JoinStore(store.Store).Pseudonym(visit ?? Visit, default) }, default);

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await store.DisposeAsync();
    }
}

/// <summary>A step of a join as it lies in the store.</summary>
internal sealed record Step(string Attempt, string Side, string State, string? Reason, double Ms, string Release, long At);

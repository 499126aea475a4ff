using System.Text;
using FirstRing.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;

namespace FirstRing.Insights.Joins;

/// <summary>Every statement on <c>join_steps</c>. A visit is known here only by a keyed one-way hash of its id.</summary>
internal sealed class JoinStore(Store store)
{
    const string VisitPurpose = "visit-pseudonym";

    public async Task<string> Pseudonym(VisitId visit, CancellationToken stop) =>
        Convert.ToHexStringLower(await store.Mac(VisitPurpose, Encoding.ASCII.GetBytes(visit.ToString()), stop));

    /// <summary>Keeps the steps, each once: a page that got no answer sends them again. A repeat with a pass names the visit of steps sent before without.</summary>
    public Task Add(JoinReport report, string? visit, CancellationToken stop) => store.Commit(Caller.System(store.Service), async transaction =>
    {
        foreach (var step in report.Steps)
            await transaction.Execute(
                """
                INSERT INTO join_steps (attempt, side, state, ms, reason, release, visit, at) VALUES (@Attempt, @Side, @State, @Ms, @Reason, @Release, @visit, @Now)
                ON CONFLICT (attempt, side, state, ms) DO UPDATE SET visit = COALESCE(join_steps.visit, excluded.visit)
                """,
                new { report.Attempt, report.Side, step.State, step.Ms, step.Reason, report.Release, visit, transaction.Now });
        return Done.Yes;
    }, stop);
}

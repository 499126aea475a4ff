using Refit;

namespace FirstRing.Contracts.Insights;

/// <summary>Join funnel and call statistics, under one-way pseudonyms.</summary>
public interface IInsightsClient
{
    /// <summary>The join-state transitions of one visit, oldest first, at most 1,000.</summary>
    [Post("/contract/insights/get-transitions")] Task<Answer<TransitionList>> GetTransitions([Body] GetTransitions request, CancellationToken stop);
}

public sealed record GetTransitions(VisitId Visit);
public sealed record TransitionList(IReadOnlyList<JoinTransition> Transitions);

/// <summary>One step of the join machine. <paramref name="MonotonicMs"/> counts from the page's time origin, <paramref name="At"/> is the server's UTC microseconds.</summary>
public sealed record JoinTransition(string Attempt, string Side, string State, string? Reason, double MonotonicMs, string Release, long At);

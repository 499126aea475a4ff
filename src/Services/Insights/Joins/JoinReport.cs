using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace FirstRing.Insights.Joins;

/// <summary>What a page says about its join. Words of a closed alphabet only: no sentence, name or address fits in.</summary>
internal sealed partial record JoinReport(string Attempt, string Side, string Release, IReadOnlyList<JoinReport.Step> Steps)
{
    const int MostSteps = 50;
    const double LongestMs = 86_400_000;

    internal sealed record Step(string State, double Ms, string? Reason = null);

    public bool IsValid() =>
        Word().IsMatch(Attempt) && Word().IsMatch(Side) && ReleaseWord().IsMatch(Release) && Steps.Count is > 0 and <= MostSteps
        && Steps.All(step => step is not null && Word().IsMatch(step.State) && (step.Reason is null || Word().IsMatch(step.Reason)) && step.Ms is >= 0 and <= LongestMs);

    [GeneratedRegex(@"^[a-z0-9.\-]{1,40}\z")]
    private static partial Regex Word();

    // A release may name its commit after a plus sign (SemVer 2.0 §10).
    [GeneratedRegex(@"^[a-z0-9.+\-]{1,40}\z")]
    private static partial Regex ReleaseWord();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JoinReport))]
internal sealed partial class InsightsJson : JsonSerializerContext;

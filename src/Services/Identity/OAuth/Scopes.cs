using System.Text.RegularExpressions;
using FirstRing.Contracts.Identity;

namespace FirstRing.Identity.OAuth;

/// <summary>What an application may be let do: who somebody is, going on after signing out, and resources as SMART App Launch 2.2 (scopes v2) names them.</summary>
internal static partial class Scopes
{
    public const string OpenId = "openid", Profile = "profile", Offline = "offline_access", Online = "online_access";

    public static readonly IReadOnlyList<string> OfPeople = [OpenId, Profile, Offline, Online];

    /// <summary>Whether an application of this kind may have the scope at all: one that acts for itself has nobody to say anything about.</summary>
    public static bool Fits(string scope, AppKind kind) => kind == AppKind.Backend
        ? Parts(scope) is { Context: "system" }
        : OfPeople.Contains(scope) || Parts(scope) is { Context: "user" };

    /// <summary>Whether it is about resources, which only the FHIR door has.</summary>
    public static bool IsOfResources(string scope) => Parts(scope) is not null;

    /// <summary>Whether <paramref name="allowed"/> lets have <paramref name="asked"/>: the same, or more of the same.</summary>
    public static bool Covers(string allowed, string asked) => allowed == asked
        || (Parts(allowed), Parts(asked)) is ({ } wide, { } narrow) && wide.Context == narrow.Context && (wide.Type == "*" || wide.Type == narrow.Type) && narrow.Letters.All(wide.Letters.Contains);

    static (string Context, string Type, string Letters)? Parts(string scope) => OfResources().Match(scope) is { Success: true } match
        ? (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)
        : null;

    // Create, read, update, delete, search, in this order and at least one.
    [GeneratedRegex(@"^(user|system)/(\*|[A-Z][A-Za-z]{1,60})\.(?=[cruds])(c?r?u?d?s?)\z", RegexOptions.CultureInvariant)]
    private static partial Regex OfResources();
}

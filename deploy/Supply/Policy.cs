using System.Text.Json;
using System.Text.Json.Serialization;

namespace FirstRing.Supply;

/// <summary>
/// What we accept (<c>docs/security/supply.json</c>). <paramref name="AsOf"/>: the day the advisory snapshot was last brought up to date.
/// <paramref name="PatchDays"/>: days from an advisory's publication until we must be rid of it.
/// </summary>
public sealed record Policy(DateOnly AsOf, IReadOnlyDictionary<Severity, int> PatchDays, IReadOnlyList<string> Licences, IReadOnlyList<string> LicencesOfTools,
    IReadOnlyList<NamedLicence> NamedLicences, IReadOnlyList<Acceptance> Accepted)
{
    public static Policy Parse(string json) => JsonSerializer.Deserialize(json, PolicyJson.Default.Policy) ?? throw new JsonException("The policy is empty.");
}

/// <summary>A licence that a person read, of a package that does not name it in a machine's words.</summary>
public sealed record NamedLicence(string Package, string Licence, string Why);

/// <summary>An advisory that we live with for a while, and why. From <paramref name="Expires"/> on the build fails again.</summary>
public sealed record Acceptance(string Advisory, string Package, string Reason, DateOnly Since, DateOnly Expires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(Policy))]
internal sealed partial class PolicyJson : JsonSerializerContext;

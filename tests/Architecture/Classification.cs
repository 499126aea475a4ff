using System.Reflection;
using FirstRing.Contracts;

namespace FirstRing.Tests.Architecture;

/// <summary>What identifies or narrates a person is <c>Phi&lt;T&gt;</c> in the contracts of the clinical core. What can hold text or a date and is not, stands here with its reason.</summary>
public sealed class Classification
{
    static readonly string[] ClinicalCore = ["FirstRing.Contracts.Records", "FirstRing.Contracts.Intake", "FirstRing.Contracts.Messaging"];

    // Reviewed: Record.Member → why it is no PHI.
    static readonly Dictionary<string, string> Reviewed = new()
    {
        ["CreatePatient.Key"] = "random idempotency key of the caller",
        ["AddProxy.Key"] = "random idempotency key of the caller",
        ["FindProxyLimit.Zone"] = "the clinic's time zone",
        ["GetConsentTexts.Language"] = "a language",
        ["FindConsentText.Sha256"] = "hash of a text that the clinic published",
        ["ConsentText.Language"] = "a language",
        ["ConsentText.Body"] = "a text that the clinic published, the same for everybody",
        ["ConsentText.Sha256"] = "hash of that text",
        ["PublishConsentText.Language"] = "a language",
        ["PublishConsentText.Body"] = "a text that the clinic publishes",
        ["GiveConsent.Sha256"] = "hashes of texts that the clinic published",
        ["Consent.Language"] = "a language",
        ["Consent.Sha256"] = "hash of a text that the clinic published",
        ["Consent.By"] = "opaque id of who acted",
    };

    static IEnumerable<Type> Core => typeof(ContractsJson).Assembly.GetExportedTypes().Where(type => ClinicalCore.Contains(type.Namespace) && type is { IsClass: true } or { IsValueType: true, IsEnum: false } && ClinicalCore.Contains(type.Namespace));

    [Fact]
    public void Whatever_can_identify_or_narrate_is_phi_or_reviewed()
    {
        Assert.True(Core.Count() >= 8, "too few contract records were found");
        Assert.Empty(Core.SelectMany(Bare).Except(Reviewed.Keys));
    }

    [Fact]
    public void What_was_reviewed_is_still_there() => Assert.Empty(Reviewed.Keys.Except(Core.SelectMany(Bare)));

    [Fact]
    public void A_planted_breach_is_found() => Assert.Equal(["Breach.Name", "Breach.Names", "Breach.Born", "Breach.Blob", "Breach.Free", "Breach.Weight"], Bare(typeof(Breach)));

    [Fact]
    public void Phi_does_not_say_what_it_holds()
    {
        var patient = new FirstRing.Contracts.Records.Patient(default, new("Rosalind"), new("Franklin"), new(new DateOnly(1920, 7, 25)), new("555-0100"), null);
        Assert.DoesNotMatch("Rosalind|Franklin|1920|555", patient.ToString());
    }

    internal sealed record Breach(PatientId Id, string Name, IReadOnlyList<string> Names, DateOnly? Born, byte[] Blob, System.Text.Json.JsonElement Free, double Weight, bool Yes, int Count, Phi<string> Fine, IReadOnlyList<Phi<string>> Also, VisitRole Role);

    // Ids, counts, instants, flags and enums say nothing by themselves; records of the core are looked at on their own.
    static IEnumerable<string> Bare(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.Name != "EqualityContract" && !IsHarmless(property.PropertyType)).Select(property => $"{type.Name}.{property.Name}");

    static bool IsHarmless(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return IsHarmless(inner);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Phi<>)) return true;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) return IsHarmless(type.GetGenericArguments()[0]);
        return type.IsEnum || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(Guid)
            || type.GetInterfaces().Any(each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(ITypedId<>)) || ClinicalCore.Contains(type.Namespace);
    }
}

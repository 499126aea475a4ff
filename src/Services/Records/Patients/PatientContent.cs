using System.Text.Json.Serialization;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;

namespace FirstRing.Records.Patients;

/// <summary>Everything about a patient that identifies; lies sealed as one value.</summary>
internal sealed record PatientContent(Phi<string> GivenName, Phi<string> FamilyName, Phi<DateOnly> BirthDate, Phi<string>? Phone, Phi<string>? Email)
{
    const int LongestName = 100, LongestPhone = 40, LongestEmail = 254, OldestYears = 130;

    /// <summary>Trimmed and checked. <paramref name="today"/> is the UTC date; a birth date may lie a day ahead of it, for it is tomorrow elsewhere.</summary>
    public static Answer<PatientContent> Of(Contracts.Records.CreatePatient request, DateOnly today)
    {
        var (given, family) = (Clean(request.GivenName.Reveal), Clean(request.FamilyName.Reveal));
        var (phone, email) = (Clean(request.Phone?.Reveal), Clean(request.Email?.Reveal));
        if (!IsText(given, LongestName) || !IsText(family, LongestName)) return Refusals.NameMissing;
        if (request.BirthDate.Reveal > today.AddDays(1) || request.BirthDate.Reveal < today.AddYears(-OldestYears)) return Refusals.BirthDateWrong;
        if ((phone.Length > 0 && !IsText(phone, LongestPhone)) || (email.Length > 0 && (!IsText(email, LongestEmail) || !email.Contains('@'))))
            return Refusals.ContactWrong;
        return new PatientContent(given, family, request.BirthDate, Some(phone), Some(email));
    }

    public Patient ToPatient(PatientId id) => new(id, GivenName, FamilyName, BirthDate, Phone, Email);

    static Phi<string>? Some(string text) => text.Length > 0 ? new Phi<string>(text) : default(Phi<string>?);
    static string Clean(string? text) => (text ?? "").Trim();
    static bool IsText(string text, int longest) => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PatientContent)), JsonSerializable(typeof(Proxies.ProxyContent))]
internal sealed partial class RecordsJson : JsonSerializerContext;

internal static class Refusals
{
    public static readonly Refusal NameMissing = new("name-missing", "A given name and a family name are needed, each at most 100 characters.", 422);
    public static readonly Refusal BirthDateWrong = new("birth-date-wrong", "This cannot be a birth date.", 422);
    public static readonly Refusal ContactWrong = new("contact-wrong", "The phone number or e-mail address cannot be right.", 422);
    public static readonly Refusal NoSuchPatient = new("no-such-patient", "There is no such patient.", 404);
    public static readonly Refusal EmergencyOver = new("emergency-over", "This record is not open to you any more.", 403);
    public static readonly Refusal TooManyIds = new("too-many-ids", "At most 200 patients at once.", 422);
    public static readonly Refusal Mismatch = new("idempotency-mismatch", "This key was used for another request.", 422);
}

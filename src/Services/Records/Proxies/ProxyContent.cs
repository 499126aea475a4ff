using FirstRing.Contracts;
using FirstRing.Contracts.Records;

namespace FirstRing.Records.Proxies;

/// <summary>Everything about somebody who acts for a patient; lies sealed as one value.</summary>
internal sealed record ProxyContent(Phi<string> GivenName, Phi<string> FamilyName, Phi<DateOnly> BirthDate, Phi<string> Relation, ProxyBasis Basis, Phi<string>? Evidence)
{
    const int LongestName = 100, LongestRelation = 60, LongestEvidence = 1_000, OldestYears = 130;

    public static readonly Refusal RelationWrong = new("relation-wrong", "Say in at most 60 characters what they are to the patient.", 422);
    public static readonly Refusal EvidenceWrong = new("evidence-wrong", "A note has at most 1,000 characters.", 422);
    public static readonly Refusal NoSuchProxy = new("no-such-proxy", "There is nobody of that name.", 404);
    public static readonly Refusal PatientOfAge = new("patient-of-age", "The patient has come of age: nobody acts for them as a parent.", 409);

    /// <summary>Trimmed and checked; <paramref name="today"/> is the UTC date.</summary>
    public static Answer<ProxyContent> Of(Contracts.Records.AddProxy request, DateOnly today)
    {
        var (given, family, relation) = (Clean(request.GivenName.Reveal), Clean(request.FamilyName.Reveal), Clean(request.Relation.Reveal));
        // A browser sends the ends of lines as CR LF.
        var evidence = Clean(request.Evidence?.Reveal.ReplaceLineEndings("\n"));
        if (!IsText(given, LongestName) || !IsText(family, LongestName)) return Patients.Refusals.NameMissing;
        if (request.BirthDate.Reveal > today || request.BirthDate.Reveal < today.AddYears(-OldestYears)) return Patients.Refusals.BirthDateWrong;
        if (!IsText(relation, LongestRelation)) return RelationWrong;
        if (evidence.Length > LongestEvidence || evidence.Any(letter => char.IsControl(letter) && letter != '\n')) return EvidenceWrong;
        return new ProxyContent(given, family, request.BirthDate, relation, request.Basis, evidence.Length > 0 ? new Phi<string>(evidence) : default(Phi<string>?));
    }

    public ProxyPerson ToPerson(ProxyId id) => new(id, GivenName, FamilyName, Relation, Basis, Evidence);

    static string Clean(string? text) => (text ?? "").Trim();
    static bool IsText(string text, int longest) => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl);
}

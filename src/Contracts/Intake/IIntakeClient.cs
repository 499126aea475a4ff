using System.Text.Json.Serialization;
using Refit;

namespace FirstRing.Contracts.Intake;

/// <summary>
/// Consents: which text of the clinic a patient agreed to, and that they took it back. A consent names the exact text by version and SHA-256; nothing is ever
/// changed or deleted. A join never waits for it: where intake is away the clinician asks in words.
/// </summary>
public interface IIntakeClient
{
    /// <summary>The texts in force, one of each purpose, in the language asked for or else in English. Writes nothing.</summary>
    [Post("/contract/intake/get-consent-texts")] Task<Answer<ConsentTextList>> GetConsentTexts([Body] GetConsentTexts request, CancellationToken stop);

    /// <summary>One text exactly as it was agreed to, in force or not. Refused: <c>consent-text-unknown</c>.</summary>
    [Post("/contract/intake/find-consent-text")] Task<Answer<ConsentText>> FindConsentText([Body] FindConsentText request, CancellationToken stop);

    /// <summary>For admins. The text becomes the next version of its purpose and language; the same text again changes nothing. Refused: <c>not-allowed</c>,
    /// <c>consent-text-wrong</c> (a title and a text, at most 20,000 characters together).</summary>
    [Post("/contract/intake/publish-consent-text")] Task<Answer<ConsentText>> PublishConsentText([Body] PublishConsentText request, CancellationToken stop);

    /// <summary>The patient or who may do this for them, by their link, or a clinician of the visit who asked them in words, agrees to texts; agreeing again changes nothing. Answers
    /// the visit's consents. Refused: <c>no-such-visit</c>, <c>not-in-this-visit</c>, <c>not-in-scope</c> (a proxy who may do other things), <c>consent-text-unknown</c>.</summary>
    [Post("/contract/intake/give-consent")] Task<Answer<ConsentList>> GiveConsent([Body] GiveConsent request, CancellationToken stop);

    /// <summary>Takes a consent back, by whoever could give it; again changes nothing. Refused: <c>no-such-consent</c>, <c>no-such-visit</c>,
    /// <c>not-in-this-visit</c>, <c>consent-reason-wrong</c> (at most 2,000 characters).</summary>
    [Post("/contract/intake/withdraw-consent")] Task<Answer<ConsentList>> WithdrawConsent([Body] WithdrawConsent request, CancellationToken stop);

    /// <summary>A visit's consents, or for staff who have a visit with a patient all of the patient's, newest first, at most 500, those taken back included. Audited. Refused to
    /// whoever is neither the visit's patient nor of its clinicians: <c>not-in-this-visit</c>, <c>no-such-visit</c>, <c>no-such-patient</c>.</summary>
    [Post("/contract/intake/list-consents")] Task<Answer<ConsentList>> ListConsents([Body] ListConsents request, CancellationToken stop);
}

/// <summary>What a text asks for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConsentPurpose>))]
public enum ConsentPurpose
{
    /// <summary>Care by video instead of in one room.</summary>
    [JsonStringEnumMemberName("telehealth")] Telehealth,

    /// <summary>That the notice of privacy practices was seen (45 CFR 164.520(c)(2)(ii)).</summary>
    [JsonStringEnumMemberName("privacy-notice")] PrivacyNotice,
}

/// <summary>By which act a consent was given.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConsentAct>))]
public enum ConsentAct
{
    /// <summary>The patient joined by their link, on a device that is known to be theirs.</summary>
    [JsonStringEnumMemberName("joined")] Joined,

    /// <summary>The same on a device that has not shown yet that it is the patient's.</summary>
    [JsonStringEnumMemberName("joined-unidentified")] JoinedUnidentified,

    /// <summary>Somebody who may act for the patient joined, and agreed for them.</summary>
    [JsonStringEnumMemberName("by-proxy")] ByProxy,

    /// <summary>The clinician asked, and notes the answer.</summary>
    [JsonStringEnumMemberName("in-words")] InWords,
}

/// <summary><paramref name="Language"/> as in BCP 47.</summary>
public sealed record GetConsentTexts(TenantId Tenant, string Language);
public sealed record FindConsentText(TenantId Tenant, ConsentPurpose Purpose, string Sha256);

/// <summary>The first line of <paramref name="Body"/> is the title. Versions count from 1. <paramref name="Template"/>: as FirstRing ships it, not yet the
/// clinic's own. <paramref name="Sha256"/>: lower-case hex over the UTF-8 bytes of the body.</summary>
public sealed record ConsentText(ConsentPurpose Purpose, string Language, int Version, string Body, string Sha256, bool Template);
public sealed record ConsentTextList(IReadOnlyList<ConsentText> Texts);
public sealed record PublishConsentText(TenantId Tenant, ConsentPurpose Purpose, string Language, string Body);

/// <summary><paramref name="Sha256"/>: the texts that were shown. <paramref name="Identified"/>: see <see cref="ConsentAct"/>; counts for a patient alone.</summary>
public sealed record GiveConsent(TenantId Tenant, VisitId Visit, IReadOnlyList<string> Sha256, bool Identified);
public sealed record WithdrawConsent(TenantId Tenant, ConsentId Consent, Phi<string>? Reason);

/// <summary>By visit or, where it is null, by patient.</summary>
public sealed record ListConsents(TenantId Tenant, VisitId? Visit, PatientId? Patient);

/// <summary><paramref name="By"/>: opaque id of the participant or member of staff who acted. Times in UTC microseconds.</summary>
public sealed record Consent(ConsentId Id, VisitId Visit, PatientId Patient, ConsentPurpose Purpose, string Language, int Version, string Sha256, ConsentAct Act,
    string By, long GivenAt, long? WithdrawnAt);
public sealed record ConsentList(IReadOnlyList<Consent> Consents);

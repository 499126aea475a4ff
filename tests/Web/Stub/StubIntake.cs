using FirstRing.Contracts;
using FirstRing.Contracts.Intake;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Consents, in memory: two texts, whoever acts may agree. Away where <see cref="IsDown"/> says so, or slow where <see cref="Hangs"/> does.</summary>
internal sealed class StubIntake : IIntakeClient
{
    public const string Telehealth = "Care by video\n\n## What video can do\nYou and your clinician see and hear each other.\n\nIt is your choice.", Privacy = "Your privacy\n\nWhat we keep, and why.";

    public bool IsDown { get; set; }
    public bool Hangs { get; set; }
    public List<Consent> All { get; } = [];
    public List<(string? Actor, string? Role, GiveConsent Request)> Given { get; } = [];
    public IReadOnlyList<ConsentText> Texts { get; set; } = [Text(ConsentPurpose.Telehealth, Telehealth), Text(ConsentPurpose.PrivacyNotice, Privacy)];

    static ConsentText Text(ConsentPurpose purpose, string body) => new(purpose, "en", 1, body, Token.Hash(body), Template: true);

    async Task<Answer<T>> Say<T>(Func<Answer<T>> answer, CancellationToken stop)
    {
        if (Hangs) await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        return IsDown ? throw new HttpRequestException("gone") : answer();
    }

    public Task<Answer<ConsentTextList>> GetConsentTexts(GetConsentTexts request, CancellationToken stop) => Say<ConsentTextList>(() => new ConsentTextList(Texts), stop);
    public Task<Answer<ConsentText>> FindConsentText(FindConsentText request, CancellationToken stop) => throw new NotSupportedException();
    public Refusal? RefusesText { get; set; }
    public Task<Answer<ConsentText>> PublishConsentText(PublishConsentText request, CancellationToken stop) => Say<ConsentText>(() =>
    {
        if (RefusesText is { } why) return why;
        var before = Texts.Single(text => text.Purpose == request.Purpose);
        var next = new ConsentText(request.Purpose, request.Language, before.Version + 1, request.Body, Token.Hash(request.Body), Template: false);
        Texts = [.. Texts.Select(text => text.Purpose == request.Purpose ? next : text)];
        return next;
    }, stop);

    public Task<Answer<ConsentList>> GiveConsent(GiveConsent request, CancellationToken stop) => Say<ConsentList>(() =>
    {
        Given.Add((Acting.Now?.Actor, Acting.Now?.Role, request));
        var act = Acting.Now?.Role == "clinician" ? ConsentAct.InWords : request.Identified ? ConsentAct.Joined : ConsentAct.JoinedUnidentified;
        foreach (var hash in request.Sha256)
        {
            if (Texts.FirstOrDefault(text => text.Sha256 == hash) is not { } text) return new Refusal("consent-text-unknown", "The clinic has no such text.", 422);
            if (!All.Any(consent => consent.Sha256 == hash && consent.WithdrawnAt is null))
                All.Insert(0, new Consent(new ConsentId(NewId.Random()), request.Visit, default, text.Purpose, "en", text.Version, hash, act, Acting.Now!.Actor!, 1, null));
        }
        return new ConsentList([.. All]);
    }, stop);

    public Task<Answer<ConsentList>> WithdrawConsent(WithdrawConsent request, CancellationToken stop) => Say<ConsentList>(() =>
    {
        var place = All.FindIndex(consent => consent.Id == request.Consent);
        All[place] = All[place] with { WithdrawnAt = 2 };
        return new ConsentList([.. All]);
    }, stop);

    public Task<Answer<ConsentList>> ListConsents(ListConsents request, CancellationToken stop) => Say<ConsentList>(() => new ConsentList([.. All]), stop);
}

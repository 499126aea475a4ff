using System.Buffers.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Passkeys of patients, in memory: asks the browser as identity would, and remembers ids and challenges without checking signatures.</summary>
internal sealed class StubPatientPasskeys(StubClinic clinic) : IPatientPasskeysClient
{
    readonly Dictionary<string, string> _challenges = [];

    public HashSet<string> Ids { get; } = [];

    /// <summary>How many visits are open, and when later ones start.</summary>
    public int Open { get; set; } = 1;
    public IReadOnlyList<long> Next { get; set; } = [];
    public Refusal? Refuses { get; set; }

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    Answer<PasskeyBegun> Begin(Func<string, object> options)
    {
        var (ceremony, challenge) = (Token.New(), Token.New());
        _challenges[ceremony] = challenge;
        return new PasskeyBegun(ceremony, JsonSerializer.Serialize(options(challenge)));
    }

    string? IdFor(string ceremony, string credential)
    {
        using var shown = JsonDocument.Parse(credential);
        using var client = JsonDocument.Parse(Base64Url.DecodeFromChars(shown.RootElement.GetProperty("response").GetProperty("clientDataJSON").GetString()));
        return _challenges.Remove(ceremony, out var challenge) && client.RootElement.GetProperty("challenge").GetString() == challenge ? shown.RootElement.GetProperty("id").GetString() : null;
    }

    public Task<Answer<PasskeyBegun>> BeginPatientPasskey(BeginPatientPasskey request, CancellationToken stop) => Say(Refuses is { } why ? why : Begin(challenge => new
    {
        challenge, rp = new { id = new Uri(request.Origin).Host, name = "clinic" }, user = new { id = "cGF0X3g", name = "Harbour Street Practice", displayName = "Harbour Street Practice" },
        pubKeyCredParams = new[] { new { type = "public-key", alg = -7 } }, authenticatorSelection = new { residentKey = "required", userVerification = "required" },
    }));

    public Task<Answer<Done>> AddPatientPasskey(AddPatientPasskey request, CancellationToken stop) =>
        Say<Done>(Refuses is { } why ? why : IdFor(request.Ceremony, request.Credential) is { } id && Ids.Add(id) ? Done.Yes : new Refusal("passkey-refused", "No.", 422));

    public Task<Answer<PasskeyBegun>> BeginPatientEntry(BeginPatientEntry request, CancellationToken stop) =>
        Say(Begin(challenge => new { challenge, rpId = new Uri(request.Origin).Host, userVerification = "required", timeout = 60_000 }));

    public Task<Answer<OwnVisits>> EnterWithPasskey(EnterWithPasskey request, CancellationToken stop) => Say<OwnVisits>(IdFor(request.Ceremony, request.Credential) is { } id && Ids.Contains(id)
        ? new OwnVisits(clinic.Clinic.Id, request.Device ?? Token.New(), [.. Enumerable.Range(0, Open).Select(_ => new OwnVisit(clinic.Link(), clinic.Visit.StartsAt))], Next)
        : new Refusal("passkey-refused", "No.", 401));

    public Task<Answer<Done>> RemovePatientPasskey(RemovePatientPasskey request, CancellationToken stop) =>
        Say<Done>(IdFor(request.Ceremony, request.Credential) is { } id && Ids.Remove(id) ? Done.Yes : new Refusal("passkey-refused", "No.", 401));

    public List<PatientId> Ended { get; } = [];

    public Task<Answer<PasskeysEnded>> EndPatientPasskeys(EndPatientPasskeys request, CancellationToken stop)
    {
        Ended.Add(request.Patient);
        return Say<PasskeysEnded>(new PasskeysEnded(1));
    }
}

using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Passkeys of patients, in memory: remembers ids.</summary>
internal sealed class StubPatientPasskeys(StubClinic clinic) : IPatientPasskeysClient
{
    readonly StubCeremonies _ceremonies = new();

    public HashSet<string> Ids { get; } = [];

    /// <summary>How many visits are open, and when later ones start.</summary>
    public int Open { get; set; } = 1;
    public IReadOnlyList<long> Next { get; set; } = [];
    public Refusal? Refuses { get; set; }

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);

    public Task<Answer<PasskeyBegun>> BeginPatientPasskey(BeginPatientPasskey request, CancellationToken stop) =>
        Say<PasskeyBegun>(Refuses is { } why ? why : _ceremonies.Make(request.Origin, "cGF0X3g", "Harbour Street Practice"));

    public Task<Answer<Done>> AddPatientPasskey(AddPatientPasskey request, CancellationToken stop) =>
        Say<Done>(Refuses is { } why ? why : _ceremonies.IdFor(request.Ceremony, request.Credential) is { } id && Ids.Add(id) ? Done.Yes : new Refusal("passkey-refused", "No.", 422));

    public Task<Answer<PasskeyBegun>> BeginPatientEntry(BeginPatientEntry request, CancellationToken stop) =>
        Say<PasskeyBegun>(_ceremonies.Show(request.Origin));

    public Task<Answer<OwnVisits>> EnterWithPasskey(EnterWithPasskey request, CancellationToken stop) => Say<OwnVisits>(_ceremonies.IdFor(request.Ceremony, request.Credential) is { } id && Ids.Contains(id)
        ? new OwnVisits(clinic.Clinic.Id, request.Device ?? Token.New(), [.. Enumerable.Range(0, Open).Select(_ => new OwnVisit(clinic.Link(), clinic.Visit.StartsAt))], Next)
        : new Refusal("passkey-refused", "No.", 401));

    public Task<Answer<Done>> RemovePatientPasskey(RemovePatientPasskey request, CancellationToken stop) =>
        Say<Done>(_ceremonies.IdFor(request.Ceremony, request.Credential) is { } id && Ids.Remove(id) ? Done.Yes : new Refusal("passkey-refused", "No.", 401));

    public List<PatientId> Ended { get; } = [];

    public Task<Answer<PasskeysEnded>> EndPatientPasskeys(EndPatientPasskeys request, CancellationToken stop)
    {
        Ended.Add(request.Patient);
        return Say<PasskeysEnded>(new PasskeysEnded(1));
    }
}

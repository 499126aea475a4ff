using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;

namespace FirstRing.Tests.Web.Stub;

/// <summary>Break-glass, in memory: grants by login and visit, and what reviews found.</summary>
internal sealed class StubEmergencies(StubClinic clinic, TimeProvider clock) : IEmergencyClient
{
    const long Hour = 3_600_000_000;

    public List<Emergency> All { get; } = [];
    readonly Dictionary<(string Login, VisitId Visit), EmergencyId> _byLogin = [];

    static Task<Answer<T>> Say<T>(Answer<T> answer) => Task.FromResult(answer);
    static readonly Refusal None = new("no-such-emergency", "There is no such emergency access.", 404);

    /// <summary>One that is there already. <paramref name="hoursAgo"/>: more than four are over.</summary>
    public EmergencyId Put(StaffMember by, string reason, int hoursAgo = 0, EmergencyReview? review = null, string? note = null)
    {
        var at = clock.Microseconds() - hoursAgo * Hour;
        var open = hoursAgo < 4;
        All.Add(new Emergency(new EmergencyEntry(new EmergencyId(NewId.Random()), by.Id, clinic.Visit.Id, clinic.Patient, at, at + 4 * Hour, open, open ? null : at + 4 * Hour, open ? null : EmergencyEnd.Time, review),
            reason, note is null ? default(Phi<string>?) : new Phi<string>(note)));
        return All[^1].Entry.Id;
    }

    public Task<Answer<EmergencyGrant>> BreakGlass(BreakGlass request, CancellationToken stop)
    {
        if (request.Reason.Reveal.Trim().Length < 10) return Say<EmergencyGrant>(new Refusal("emergency-reason-wrong", "Say what it is.", 422));
        if (!_byLogin.TryGetValue((request.Login, request.Visit), out var id)) _byLogin[(request.Login, request.Visit)] = id = Put(clinic.LoginOf(request.Login)!.Value.Staff, request.Reason.Reveal);
        return Say<EmergencyGrant>(Grant(id));
    }

    public Task<Answer<EmergencyGrant>> FindEmergency(FindEmergency request, CancellationToken stop) =>
        Say<EmergencyGrant>(_byLogin.TryGetValue((request.Login, request.Visit), out var id) && All.Single(one => one.Entry.Id == id).Entry.Open ? Grant(id) : new Refusal("no-emergency", "Not open.", 403));

    EmergencyGrant Grant(EmergencyId id)
    {
        var entry = All.Single(one => one.Entry.Id == id).Entry;
        return new EmergencyGrant(id, entry.Visit, entry.Patient, entry.GrantedAt, entry.EndsAt);
    }

    public Task<Answer<Done>> CheckEmergency(CheckEmergency request, CancellationToken stop) => throw new NotSupportedException();

    public Task<Answer<Done>> EndEmergency(EndEmergency request, CancellationToken stop) => Change(request.Id, one => one with { Entry = one.Entry with { Open = false, EndedAt = clock.Microseconds(), Ended = EmergencyEnd.Clinician } });
    public Task<Answer<EmergencyList>> ListEmergencies(ListEmergencies request, CancellationToken stop) => Say<EmergencyList>(new EmergencyList([.. All.OrderBy(one => one.Entry.Review is not null).Select(one => one.Entry)]));
    public Task<Answer<EmergencyCount>> CountEmergencies(CountEmergencies request, CancellationToken stop) => Say<EmergencyCount>(new EmergencyCount(All.Count(one => one.Entry.Review is null)));
    public Task<Answer<Emergency>> GetEmergency(GetEmergency request, CancellationToken stop) => Say(All.Find(one => one.Entry.Id == request.Id) is { } found ? (Answer<Emergency>)found : None);

    public Task<Answer<Done>> ReviewEmergency(ReviewEmergency request, CancellationToken stop) => request.Note.Reveal.Trim().Length == 0
        ? Say<Done>(new Refusal("emergency-note-wrong", "Say why.", 422))
        : Change(request.Id, one => one with { Entry = one.Entry with { Review = new EmergencyReview(clinic.Admin.Id, clock.Microseconds(), request.Verdict) }, Note = request.Note });

    Task<Answer<Done>> Change(EmergencyId id, Func<Emergency, Emergency> change)
    {
        var place = All.FindIndex(one => one.Entry.Id == id);
        if (place < 0) return Say<Done>(None);
        All[place] = change(All[place]);
        return Say<Done>(Done.Yes);
    }
}

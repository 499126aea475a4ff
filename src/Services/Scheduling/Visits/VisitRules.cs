using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;

namespace FirstRing.Scheduling.Visits;

/// <summary>
/// What may become of a visit; pure. Booked → Started → Ended; Booked → Ended (called off); Booked → NoShow. Nothing leaves Ended or NoShow, but a report
/// that the call had started, come late, is still taken as the truth about the past.
/// </summary>
internal static class VisitRules
{
    public const int MostParticipants = 6, FewestMinutes = 5, MostMinutes = 480;
    public const long Minute = 60_000_000;

    /// <summary>After its planned end a visit that never started is a no-show; also how far a start may lie back when it is booked (slow hands, slow networks).</summary>
    public const long Grace = 15 * Minute, Slack = 2 * Minute;

    public static Answer<Visit> Book(Contracts.Scheduling.BookVisit request, VisitId id, CallId call, ParticipantId patient, ParticipantId clinician, long now)
    {
        if (request.Minutes is < FewestMinutes or > MostMinutes) return Refusals.MinutesWrong;
        var startsAt = request.StartsAt ?? now;
        if (startsAt < now - Slack) return Refusals.InThePast;
        return new Visit(id, request.Tenant, call, request.Clinician, request.Patient, startsAt, request.Minutes, VisitState.Booked, null, null,
        [
            new Participant(patient, VisitRole.Patient, null, request.Patient),
            new Participant(clinician, VisitRole.Clinician, request.Clinician, null),
        ]);
    }

    public static Answer<Visit> Invite(Visit visit, Participant participant)
    {
        if (IsOver(visit)) return Refusals.Over;
        if (participant.Role is VisitRole.Patient or VisitRole.Clinician || (participant.Role == VisitRole.Proxy) != (participant.Proxy is not null)) return Refusals.RoleWrong;
        if (participant.Proxy is not null && visit.Confidential) return Refusals.Confidential;
        if (visit.Participants.Count >= MostParticipants) return Refusals.Full;
        return visit with { Participants = [.. visit.Participants, participant] };
    }

    public static Answer<Visit> End(Visit visit, long now) => visit.State switch
    {
        VisitState.Ended => visit,
        VisitState.NoShow => Refusals.Over,
        _ => visit with { State = VisitState.Ended, EndedAt = now },
    };

    public static Answer<Visit> MarkNoShow(Visit visit, long now) => visit.State switch
    {
        VisitState.NoShow => visit,
        VisitState.Started => Refusals.Started,
        VisitState.Ended => Refusals.Over,
        _ when now < visit.StartsAt => Refusals.NotDue,
        _ => visit with { State = VisitState.NoShow, EndedAt = now },
    };

    /// <summary>Both were admitted at <paramref name="at"/>.</summary>
    public static Visit CallStarted(Visit visit, long at) => visit.State switch
    {
        VisitState.Booked => visit with { State = VisitState.Started, StartedAt = at },
        // The report was overtaken: the visit did take place before it was closed.
        VisitState.NoShow or VisitState.Ended when visit.StartedAt is null && at <= visit.EndedAt => visit with { State = VisitState.Ended, StartedAt = at },
        _ => visit,
    };

    /// <summary>A call that ends by itself may be entered again, so only a clinician's end ends the visit.</summary>
    public static Visit CallEnded(Visit visit, long at, string reason) =>
        reason == CallEndReasons.ByClinician && !IsOver(visit)
            ? visit with { State = VisitState.Ended, EndedAt = at }
            : visit;

    public static long OverdueAt(Visit visit) => visit.StartsAt + visit.Minutes * Minute + Grace;

    public static bool IsOver(Visit visit) => visit.State is VisitState.Ended or VisitState.NoShow;
}

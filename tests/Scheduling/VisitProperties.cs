using CsCheck;
using FirstRing.Contracts;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Ids;
using VisitRules = FirstRing.Scheduling.Visits.VisitRules;

namespace FirstRing.Tests.Scheduling;

/// <summary>Any order of reports and wishes keeps a visit within its rules.</summary>
public sealed class VisitProperties
{
    const int Guest = 0, Interpreter = 1, Patient = 2, End = 3, NoShow = 4, CallStarted = 5, EndedByClinician = 6, EndedByItself = 7, Kinds = 8;

    static readonly Gen<(int Kind, long At)[]> Steps = Gen.Select(Gen.Int[0, Kinds - 1], Gen.Long[-10, 100]).Array[0, 30];

    static Visit Booked() => VisitRules.Book(new BookVisit("k", new TenantId(NewId.Random()), new StaffId(NewId.Random()), new PatientId(NewId.Random()), 10, 20),
        new VisitId(NewId.Random()), new CallId(NewId.Random()), new ParticipantId(NewId.Random()), new ParticipantId(NewId.Random()), 0).Value!;

    static Visit Apply(Visit visit, int kind, long at) => kind switch
    {
        Guest => VisitRules.Invite(visit, new Participant(new ParticipantId(NewId.Random()), VisitRole.Guest, null, null)).Value ?? visit,
        Interpreter => VisitRules.Invite(visit, new Participant(new ParticipantId(NewId.Random()), VisitRole.Interpreter, null, null)).Value ?? visit,
        Patient => VisitRules.Invite(visit, new Participant(new ParticipantId(NewId.Random()), VisitRole.Patient, null, null)).Value ?? visit,
        End => VisitRules.End(visit, at).Value ?? visit,
        NoShow => VisitRules.MarkNoShow(visit, at).Value ?? visit,
        CallStarted => VisitRules.CallStarted(visit, at),
        EndedByClinician => VisitRules.CallEnded(visit, at, CallEndReasons.ByClinician),
        _ => VisitRules.CallEnded(visit, at, "everyone-left"),
    };

    [Fact]
    public void What_is_over_stays_over_and_what_started_never_becomes_a_no_show() => Steps.Sample(steps =>
    {
        var visit = Booked();
        foreach (var (kind, at) in steps)
        {
            var before = visit;
            visit = Apply(visit, kind, at);
            if (VisitRules.IsOver(before) && !VisitRules.IsOver(visit)) return false;
            if (before.StartedAt is not null && (visit.StartedAt != before.StartedAt || visit.State == VisitState.NoShow)) return false;
            if (before.State == VisitState.Started && visit.State is (VisitState.Booked or VisitState.NoShow)) return false;
        }
        return true;
    });

    [Fact]
    public void The_state_and_the_times_agree() => Steps.Sample(steps =>
    {
        var visit = Booked();
        foreach (var (kind, at) in steps) visit = Apply(visit, kind, at);
        return VisitRules.IsOver(visit) == visit.EndedAt is not null
            && (visit.State != VisitState.Started || visit.StartedAt is not null)
            && (visit.State is not (VisitState.Booked or VisitState.NoShow) || visit.StartedAt is null);
    });

    [Fact]
    public void There_is_one_patient_one_clinician_and_never_more_than_six() => Steps.Sample(steps =>
    {
        var visit = Booked();
        foreach (var (kind, at) in steps) visit = Apply(visit, kind, at);
        return visit.Participants.Count is >= 2 and <= 6
            && visit.Participants.Count(person => person.Role == VisitRole.Patient) == 1
            && visit.Participants.Count(person => person.Role == VisitRole.Clinician) == 1;
    });

    [Fact]
    public void Only_a_clinicians_end_or_wish_ends_a_visit() => Steps.Sample(steps =>
    {
        var visit = Booked();
        foreach (var (kind, at) in steps.Where(step => step.Kind is not (End or NoShow or EndedByClinician))) visit = Apply(visit, kind, at);
        return !VisitRules.IsOver(visit);
    });

    [Fact]
    public void Reports_in_either_order_tell_the_same_story() => Gen.Select(Gen.Long[0, 50], Gen.Long[50, 100]).Sample((started, ended) =>
    {
        var inOrder = VisitRules.CallEnded(VisitRules.CallStarted(Booked(), started), ended, CallEndReasons.ByClinician);
        var overtaken = VisitRules.CallStarted(VisitRules.CallEnded(Booked(), ended, CallEndReasons.ByClinician), started);
        return (inOrder.State, inOrder.StartedAt, inOrder.EndedAt) == (overtaken.State, overtaken.StartedAt, overtaken.EndedAt);
    });
}

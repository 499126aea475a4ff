using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Log;

namespace FirstRing.Signaling.Admission;

/// <summary>Whether the participant who asks was let in, and the others had been told so.</summary>
internal static class AdmissionQuery
{
    public static async Task<Contracts.Signaling.Admission> Get(Store store, GetAdmission request, Caller caller, CancellationToken stop) => new(
        caller.Within(request.Tenant.ToString()) is not null && caller.Actor == request.Participant.ToString() && await store.ReadOne<long>(
        $"""
        SELECT COUNT(*) FROM participants p JOIN calls c ON c.call = p.call
        WHERE c.call = @call AND c.tenant = @tenant AND p.participant = @participant AND p.admitted_at_sequence > 0
          AND ((p.state = '{ParticipantStates.Admitted}' AND p.announced = 1) OR p.state = '{ParticipantStates.Left}')
        """,
        new { call = request.Call.ToString(), tenant = request.Tenant.ToString(), participant = request.Participant.ToString() }, stop) > 0);
}

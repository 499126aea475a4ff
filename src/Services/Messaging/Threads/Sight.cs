using FirstRing.Contracts;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Messaging.Threads;

/// <summary>How much of a thread a reader may see.</summary>
internal enum Sight { Nothing, Own, Everything }

internal static class Sights
{
    /// <summary>Who waits learns nothing of the others, and a device that has not said the birth date nothing of the person either.</summary>
    public static async Task<(Sight Sight, Problem? Problem)> Sight(this Writer reader, HttpContext http, CancellationToken stop)
    {
        if (!reader.Identified) return (Threads.Sight.Nothing, null);
        if (reader.Role == VisitRole.Clinician) return (Threads.Sight.Everything, null);
        Acting.As(reader.Caller);
        var signaling = http.RequestServices.Client<ISignalingClient>("messaging", "signaling");
        var asked = await signaling.GetAdmission(new GetAdmission(reader.Tenant, reader.Call, reader.Participant), stop);
        return asked.Value is { } admission ? (admission.Inside ? Threads.Sight.Everything : Threads.Sight.Own, null) : (default, Problem.Unavailable);
    }
}

using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Audit.Fhir;

/// <summary>The log as FHIR R4 AuditEvents, to read and to search, for an application with an access token of ours. Every answer is FHIR, an error is an OperationOutcome.</summary>
internal static class FhirDoor
{
    public const string At = "/fhir/R4", Events = At + "/AuditEvent";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var door = routes.MapGroup("").AddEndpointFilter(AsFhir).WithMetadata(new PerAddress("fhir", PerMinute: 600));
        var open = door.MapGroup("").WithMetadata(DoorAccess.Anyone());
        open.MapGet(At + "/metadata", Capability.Answer);
        open.MapGet(At + "/{**rest}", static (HttpContext _) => (IResult)Outcome.NotSupported);

        var events = door.MapGroup("").WithMetadata(DoorAccess.Holder(
            "an access token for this door with the scope system/AuditEvent, of an application of the clinic, or user/AuditEvent, of an admin or auditor who signed in with two factors within twelve hours"));
        events.MapGet(Events, SearchEvents.Handle);
        events.MapGet(Events + "/{id}", ReadEvent.Handle);
    }

    static async ValueTask<object?> AsFhir(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!DoorName.IsOurs(context.HttpContext.Request.Host)) return Outcome.NotFound;
        try { return await next(context); }
        catch (Exception failure) when (DoorRules.AnswerTo(failure) is var said && said != Problem.Broken) { return new Outcome(said); }
    }
}

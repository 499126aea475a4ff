using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Microsoft.AspNetCore.Http;
using Task = System.Threading.Tasks.Task;

namespace FirstRing.Audit.Fhir;

/// <summary>A resource as it goes out.</summary>
internal sealed record FhirAnswer(Resource Resource, int Status = StatusCodes.Status200OK) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = "application/fhir+json; fhirVersion=4.0";
        return httpContext.Response.WriteAsync(FhirJsonSerializer.Default.SerializeToString(Resource), httpContext.RequestAborted);
    }
}

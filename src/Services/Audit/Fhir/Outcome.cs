using FirstRing.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using Hl7.Fhir.Model;
using Microsoft.AspNetCore.Http;
using Task = System.Threading.Tasks.Task;

namespace FirstRing.Audit.Fhir;

/// <summary>A refusal as FHIR says it. <paramref name="Challenge"/>: what WWW-Authenticate says (RFC 6750 §3, RFC 9470).</summary>
internal sealed record Outcome(Problem Why, OperationOutcome.IssueType Issue = OperationOutcome.IssueType.Processing, string? Challenge = null) : IResult
{
    public static readonly Outcome NotFound = new(Problem.NotFound, OperationOutcome.IssueType.NotFound);
    public static readonly Outcome NotSupported = new(new Problem("not-supported", "This server has AuditEvents, to read and to search.", 404), OperationOutcome.IssueType.NotSupported);
    public static readonly Outcome NoToken = new(new Problem("no-token", "This needs an access token.", 401), OperationOutcome.IssueType.Login, "Bearer realm=\"fhir\"");
    public static readonly Outcome TokenNotValid = new(new Problem("token-not-valid", "This token is not ours, or it is over.", 401), OperationOutcome.IssueType.Login, "Bearer realm=\"fhir\", error=\"invalid_token\"");
    public static readonly Outcome ForAnother = new(new Problem("token-for-another", "This token is not meant for this server.", 401), OperationOutcome.IssueType.Security, "Bearer realm=\"fhir\", error=\"invalid_token\"");
    public static readonly Outcome ScopeMissing = new(new Problem("scope-missing", "This token was not given for that.", 403), OperationOutcome.IssueType.Forbidden, "Bearer realm=\"fhir\", error=\"insufficient_scope\"");
    public static readonly Outcome RoleMissing = new(new Problem("not-allowed", "Only an admin or an auditor of the clinic may do this.", 403), OperationOutcome.IssueType.Forbidden);
    public static readonly Outcome SignInAnew = new(new Problem("sign-in-anew", "This needs a sign-in with two factors within the last twelve hours.", 401), OperationOutcome.IssueType.Login,
        "Bearer realm=\"fhir\", error=\"insufficient_user_authentication\", max_age=43200");
    public static readonly Outcome UnknownParameter = new(new Problem("parameter-unknown", "This search takes date, patient, agent, _count, _sort, _format and no other parameter.", 400), OperationOutcome.IssueType.NotSupported);

    /// <summary>A parameter that cannot be. Its name is ours to say, what stood in it is not.</summary>
    public static Outcome Parameter(string name) => new(new Problem("parameter-wrong", $"The parameter {name} is not what this search takes.", 400), OperationOutcome.IssueType.Invalid);

    public static Outcome Of(Refusal refusal) => new(new Problem(refusal.Code, refusal.Title, refusal.Status), refusal.Status == 404 ? OperationOutcome.IssueType.NotFound : OperationOutcome.IssueType.Processing);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        RefusalLog.Add(httpContext, Why);
        if (Challenge is not null) httpContext.Response.Headers.WWWAuthenticate = Challenge;
        if (Why.Status == StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = "1";
        return new FhirAnswer(new OperationOutcome
        {
            Issue = [new OperationOutcome.IssueComponent { Severity = OperationOutcome.IssueSeverity.Error, Code = Issue, Diagnostics = Why.Title, Details = new CodeableConcept("urn:firstring:problem", Why.Code) }],
        }, Why.Status).ExecuteAsync(httpContext);
    }
}

using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Errors;

/// <summary>A refusal at a public door, shown as RFC 9457 problem details. <paramref name="Code"/> is stable; neither it nor the title holds PHI.</summary>
public sealed record Problem(string Code, string Title, int Status) : IResult
{
    public static readonly Problem NotFound = new("not-found", "There is nothing here.", 404);
    public static readonly Problem BadJson = new("bad-json", "The body is not the JSON that this address takes.", 400);
    public static readonly Problem BadForm = new("bad-form", "The form cannot be read.", 400);
    public static readonly Problem TooLarge = new("too-large", "The body is larger than this address takes.", 413);
    public static readonly Problem Busy = new("busy", "Too many requests at once. Try again in a moment.", 503);
    public static readonly Problem TooMany = new("too-many", "Too many requests from this address. Try again in a minute.", 429);
    public static readonly Problem Unavailable = new("unavailable", "A part of the clinic's system does not answer. Try again in a moment.", 503);
    public static readonly Problem AuditBehind = new("audit-behind", "Patients' data cannot be shown for now, because the record of who sees it is not kept. Try again in a moment.", 503);
    public static readonly Problem KeysUnavailable = new("keys-unavailable", "The keys of the clinic's records cannot be reached. Nothing was changed. Try again in a moment.", 503);
    public static readonly Problem KeysDestroyed = new("keys-destroyed", "The records of this clinic were destroyed.", 410);
    public static readonly Problem Broken = new("broken", "Something went wrong on our side.", 500);
    public static readonly Problem NoPass = new("pass-not-valid", "This visit pass is missing, expired or not ours.", 401);
    public static readonly Problem NotAllowed = new("not-allowed", "You may not do that.", 403);
    public static readonly Problem ForeignOrigin = new("foreign-origin", "This request came from another site.", 403);

    public string Type => $"urn:firstring:problem:{Code}";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        Http.RefusalLog.Add(httpContext, this);
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = "application/problem+json";
        if (Status is 503 or 429) httpContext.Response.Headers.RetryAfter = Status == 503 ? "1" : "60";
        await httpContext.Response.Body.WriteAsync(ToJson(), httpContext.RequestAborted);
    }

    /// <summary>UTF-8 bytes of the problem document (RFC 9457 §3).</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", Type);
            json.WriteString("title", Title);
            json.WriteNumber("status", Status);
            json.WriteString("code", Code);
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}

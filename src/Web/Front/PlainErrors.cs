using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Rendering;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Web.Front;

/// <summary>A person gets a page where a program gets problem details (RFC 9457).</summary>
internal static class PlainErrors
{
    public static async ValueTask<object?> ForBrowsers(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        object? result;
        try
        {
            result = await next(context);
        }
        catch (Exception failure) when (DoorRules.AnswerTo(failure) is var answer && answer != Problem.Broken)
        {
            result = answer; // what is broken is a bug and goes on to the door's handler
        }
        return result is Problem problem && WantsPage(context.HttpContext.Request) ? Notice.Of(problem) : result;
    }

    public static bool WantsPage(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
}

/// <summary>A page with one thing to say and at most one thing to do.</summary>
internal sealed record Notice(string Key, string? Clinic = null, string? Phone = null, string? Link = null, string? LinkKey = null, string? Reference = null) : IView
{
    public Type Body => typeof(NoticeSheet);
    public string Title(Texts texts) => texts[$"notice.{Key}.title"];

    public static Page Of(Problem problem) => new(new Notice(problem.Status switch
    {
        404 => "not-found",
        503 => "unavailable",
        >= 500 => "broken",
        _ => "refused",
    }, Link: "", LinkKey: "notice.try-again", Reference: problem.Code), "plain.css", status: problem.Status);
}

using FirstRing.Platform.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Platform.Http;

/// <summary>What holds for every request at a public door: no foreign origin may change anything, no exception text leaves, security headers are set.</summary>
public static partial class DoorRules
{
    public static void UseDoorRules(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // The text of an exception can hold anything; only its kind decides what is said.
            ExceptionHandler = http =>
            {
                Secure(http.Response.Headers); // what was set before went with the failed response
                var failure = http.Features.Get<IExceptionHandlerFeature>()?.Error;
                var answer = AnswerTo(failure);
                if (failure is not null && (answer == Problem.Broken || IsTls(failure))) Log(http, failure);
                return answer.ExecuteAsync(http);
            },
            SuppressDiagnosticsCallback = _ => true, // the framework would log the text; Log does not
        });
        app.Use((http, next) =>
        {
            Secure(http.Response.Headers);
            return IsForeign(http.Request) ? Problem.ForeignOrigin.ExecuteAsync(http) : next(http);
        });
    }

    /// <summary>For who passes others' answers on: what they did not set, and its own answers, get the same headers.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        http.Response.OnStarting(static state =>
        {
            Secure((IHeaderDictionary)state, onlyMissing: true);
            return Task.CompletedTask;
        }, http.Response.Headers);
        return next(http);
    });

    /// <summary>What is said of a failure; <see cref="Problem.Broken"/> of one that is ours.</summary>
    public static Problem AnswerTo(Exception? failure) => failure switch
    {
        BadHttpRequestException { StatusCode: 413 } => Problem.TooLarge,
        BadHttpRequestException => Problem.BadJson,
        InvalidDataException { Source: "Microsoft.AspNetCore.WebUtilities" } => Problem.BadForm, // ASP.NET's reader of forms: a NUL, too many fields, no end
        Audit.AuditBehindException => Problem.AuditBehind,
        Refit.ApiException { StatusCode: System.Net.HttpStatusCode.ServiceUnavailable, Content: { } said } when said.Contains(Problem.AuditBehind.Code, StringComparison.Ordinal) => Problem.AuditBehind,
        // A service behind us refused whom we act for: that is the answer, and nothing is broken.
        Refit.ApiException { StatusCode: System.Net.HttpStatusCode.Forbidden } => Problem.NotAllowed,
        Sealing.KeysUnavailable => Problem.KeysUnavailable,
        Sealing.KeysDestroyed => Problem.KeysDestroyed,
        Refit.ApiException { Content: { } text } when text.Contains(Problem.KeysUnavailable.Type, StringComparison.Ordinal) => Problem.KeysUnavailable, // a neighbour's
        Refit.ApiException { Content: { } text } when text.Contains(Problem.KeysDestroyed.Type, StringComparison.Ordinal) => Problem.KeysDestroyed,
        HttpRequestException or Refit.ApiException or TimeoutException => Problem.Unavailable,
        _ when Storage.StoreAway.Is(failure) => Problem.Unavailable,
        _ => Problem.Broken,
    };

    // A part behind us that cannot prove who it is, a store's server above all, is no ordinary absence.
    static bool IsTls(Exception failure) => failure is System.Security.Authentication.AuthenticationException || failure.InnerException is { } inner && IsTls(inner);

    // Kind and place of the failure; its text could hold a name.
    static void Log(HttpContext http, Exception failure) => LogFailed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(DoorRules)),
        failure.GetType().Name, failure.InnerException?.GetType().Name ?? "nothing else", failure.StackTrace);

    [LoggerMessage(1, LogLevel.Error, "A request failed: {Failure} from {Cause}\n{Stack}")]
    static partial void LogFailed(ILogger logger, string failure, string cause, string? stack);

    static readonly (string Name, string Value)[] Headers =
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"), // a link's token is in the path; with no-referrer a form's Origin would be "null"
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("Cache-Control", "no-store"),
        // A page puts its own in its place; anything else is not meant to be shown, run or framed.
        ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ];

    static void Secure(IHeaderDictionary headers, bool onlyMissing = false)
    {
        foreach (var (name, value) in Headers)
            if (!onlyMissing || !headers.ContainsKey(name)) headers[name] = value;
    }

    /// <summary>Below it applications of others ask, some from a browser and so from their own origin; no cookie counts there.</summary>
    const string ForOthers = "/oauth";

    // Unsafe methods and WebSockets carry an Origin in every browser; one that is not ours is cross-site. No Origin: not a browser, and then no cookie rides along unasked.
    static bool IsForeign(HttpRequest request)
    {
        if ((HttpMethods.IsGet(request.Method) && !request.HttpContext.WebSockets.IsWebSocketRequest) || HttpMethods.IsHead(request.Method)) return false;
        if (request.Path.StartsWithSegments(ForOthers, StringComparison.Ordinal)) return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}

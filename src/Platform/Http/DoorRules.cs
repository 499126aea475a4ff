using FirstRing.Platform.Errors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Platform.Http;

/// <summary>What holds for every request at a public door: no foreign origin may change anything, no exception text leaves, security headers are set.</summary>
public static class DoorRules
{
    public static void UseDoorRules(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // The text of an exception can hold anything; only its kind decides what is said.
            ExceptionHandler = http => http.Features.Get<IExceptionHandlerFeature>()?.Error switch
            {
                BadHttpRequestException { StatusCode: 413 } => Problem.TooLarge.ExecuteAsync(http),
                BadHttpRequestException => Problem.BadJson.ExecuteAsync(http),
                HttpRequestException or Refit.ApiException or TimeoutException => Problem.Unavailable.ExecuteAsync(http),
                _ => Problem.Broken.ExecuteAsync(http),
            },
            SuppressDiagnosticsCallback = context => context.Exception is HttpRequestException or OperationCanceledException,
        });
        app.Use((http, next) =>
        {
            var headers = http.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer"; // a link's token is in the path
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers.StrictTransportSecurity = "max-age=31536000";
            headers.CacheControl = "no-store";
            return IsForeign(http.Request) ? Problem.ForeignOrigin.ExecuteAsync(http) : next(http);
        });
    }

    // Unsafe methods and WebSockets carry an Origin in every browser; one that is not ours is cross-site. No Origin: not a browser, and then no cookie rides along unasked.
    static bool IsForeign(HttpRequest request)
    {
        if ((HttpMethods.IsGet(request.Method) && !request.HttpContext.WebSockets.IsWebSocketRequest) || HttpMethods.IsHead(request.Method)) return false;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }
}

using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Http;

/// <summary>
/// Keeps contract routes off the public door. A request is from a service when it was made in this process, or came over mutual TLS with a certificate of
/// the internal CA, whose common name is the service.
/// </summary>
public static class ContractDoor
{
    /// <summary>Set on requests that were made in this process; a client cannot set a feature.</summary>
    public sealed record InProcess(string Service);

    public static string? CallingService(HttpContext http) =>
        http.Features.Get<InProcess>()?.Service
        ?? (http.Connection.ClientCertificate is { } certificate ? certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) : null);

    /// <summary>404 for a contract route asked for by anyone but a service, as if it were not there.</summary>
    public static void UseContractDoor(this IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (!http.Request.Path.StartsWithSegments(ContractRoutes.Prefix) || CallingService(http) is not null) return next(http);
        RefusalLog.Add(http, Problem.NotAllowed);
        return Problem.NotFound.ExecuteAsync(http);
    });
}

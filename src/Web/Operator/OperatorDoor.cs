using System.Net;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Web.Front;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FirstRing.Web.Operator;

/// <summary>What <c>./firstring clinic</c> asks: a new clinic. From this machine only, and only with the operator's secret, which identity looks at.</summary>
internal static class OperatorDoor
{
    const string SecretHeader = "FirstRing-Operator";
    const int LargestBody = 4 << 10;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/operator/clinics", Open);

    static async Task<IResult> Open(HttpContext http, Neighbours neighbours, CancellationToken stop)
    {
        // In process (tests) there is no remote address; over the wire there always is one.
        if (http.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address)) return Problem.NotFound;
        var (asked, wrong) = await JsonBody.Read(http.Request, WebJson.Default.NewClinic, LargestBody, stop);
        if (asked is null) return wrong!;
        Acting.As(Caller.Anyone("web"));
        var opened = await neighbours.Staff.OpenClinic(new OpenClinic(asked.Key, http.Request.Headers[SecretHeader].ToString(), asked.Name, asked.Phone, asked.Zone, asked.AdminName, asked.AdminEmail, asked.MajorityAge), stop);
        return opened.Value is { } made
            ? Results.Json(new OpenedClinic(made.Tenant.ToString(), $"{http.Request.Scheme}://{http.Request.Host}/invited/{made.Admin.Token}", made.Admin.Expires), WebJson.Default.OpenedClinic)
            : Refusals.Of(opened.Refused!);
    }
}

internal sealed record NewClinic(string Key, string Name, string Phone, string Zone, string AdminName, string AdminEmail, int MajorityAge = 18);

/// <summary>What <c>./firstring clinic</c> prints. <paramref name="Invitation"/> is a link, good once; <paramref name="Expires"/> in UTC microseconds.</summary>
internal sealed record OpenedClinic(string Clinic, string Invitation, long Expires);

using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Media;
using Refit;

namespace FirstRing.Tests.Harness.Running;

/// <summary>Asks the services themselves, over mutual TLS, with a certificate that the data folder holds.</summary>
public static class Inside
{
    /// <summary>A client of <paramref name="service"/>'s contract, calling as <paramref name="as"/>, for a clinician of <paramref name="tenant"/>, <paramref name="actor"/>, or else for itself.</summary>
    public static T Client<T>(RunningPlatform platform, string service, string @as, string? tenant = null, string actor = "stf_test")
    {
        var http = Http(platform.Data, service, @as);
        if (tenant is not null) http.DefaultRequestHeaders.Add("FirstRing-Tenant", tenant);
        http.DefaultRequestHeaders.Add("FirstRing-Actor", tenant is null ? $"service:{@as}" : actor);
        http.DefaultRequestHeaders.Add("FirstRing-Role", tenant is null ? "service" : "clinician");
        return RestService.For<T>(http, new RefitSettings(new SystemTextJsonContentSerializer(ContractsJson.Default.Options)));
    }

    /// <summary>The way to one service in either shape, with the certificate of <paramref name="as"/>, or with none.</summary>
    public static HttpClient Http(string data, string service, string? @as)
    {
        var ports = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(data, "addresses.json")))!;
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(data, "trust", "ca.pem"));
        X509Certificate2Collection own = @as is null ? [] : [X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(data, "trust", $"{@as}.pfx"), null)];
        return new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions =
            {
                ClientCertificates = own,
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{ports[service]}"),
            DefaultRequestVersion = new Version(2, 0),
        };
    }

    /// <summary>The media node's own counters of a call. Asked again where the node is too busy to shake hands.</summary>
    public static async Task<CallStatistics> Statistics(RunningPlatform platform, string call)
    {
        CallStatistics? counted = null;
        await Eventually.True("the media node tells its counters", async () =>
        {
            try { counted = (await Client<IMediaClient>(platform, "media", "signaling").CallStatistics(new GetCallStatistics(CallId.Parse(call, null)), CancellationToken.None)).Value; }
            catch (ApiRequestException) { }
            return counted is not null;
        });
        return counted!;
    }
}

/// <summary>The claims of a visit pass, read without checking it.</summary>
public sealed record PassClaims(string Tenant, string Visit, string Call, string Sub, string Role)
{
    public static PassClaims Read(string pass)
    {
        var part = pass.Split('.')[1].Replace('-', '+').Replace('_', '/');
        return JsonSerializer.Deserialize<PassClaims>(Encoding.UTF8.GetString(Convert.FromBase64String(part.PadRight((part.Length + 3) / 4 * 4, '='))), JsonSerializerOptions.Web)!;
    }
}

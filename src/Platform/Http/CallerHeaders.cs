using Microsoft.AspNetCore.Http;

namespace FirstRing.Platform.Http;

/// <summary>The caller on the wire. The service's name is never taken from a header: it comes from the certificate, or from the process itself.</summary>
public static class CallerHeaders
{
    public const string Tenant = "FirstRing-Tenant", Actor = "FirstRing-Actor", Role = "FirstRing-Role";

    public static Caller? Read(IHeaderDictionary headers, string? service) =>
        service is null ? null : new Caller(service, Text(headers[Tenant]), Text(headers[Actor]), Text(headers[Role]));

    static string? Text(string? value) => string.IsNullOrEmpty(value) ? null : value;
}

/// <summary>For whom the current flow acts; contract clients put it on the wire.</summary>
public static class Acting
{
    static readonly AsyncLocal<Caller?> Current = new();
    public static Caller? Now => Current.Value;

    /// <summary>Everything awaited from here on in this flow acts as <paramref name="caller"/>.</summary>
    public static void As(Caller caller) => Current.Value = caller;
}

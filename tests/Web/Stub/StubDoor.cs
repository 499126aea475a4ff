using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Web.Stub;

/// <summary>The web service alone, over TLS as in the product, with a stub clinic behind it.</summary>
internal sealed class StubDoor : IAsyncDisposable
{
    public const string DemoSecret = "secret-of-the-demo-clinic";
    static readonly X509Certificate2 Certificate = MakeCertificate();
    readonly WebApplication _app;

    StubDoor(WebApplication app, StubClinic clinic, StubCall call) => (_app, Clinic, Call) = (app, clinic, call);

    public StubClinic Clinic { get; }
    public StubCall Call { get; }
    public Uri Address { get; private set; } = null!;

    public static async Task<StubDoor> Open(TimeProvider clock, bool demo = true)
    {
        var clinic = await new StubClinic(clock).Open();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(Certificate)));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["web:Release"] = "test-1", ["web:Demo:Secret"] = demo ? DemoSecret : null });
        builder.Services.AddSingleton(clock);
        new WebModule().Register(new ModuleContext("web", builder.Services, builder.Configuration.GetSection("web"), Path.GetTempPath()));
        builder.Services.AddSingleton(new Neighbours(clinic, clinic, clinic, clinic, clinic.Vendors, clinic.Factors, clinic.StaffPages, clinic.Passkeys, clinic.Audit, clinic.Keys, clinic.Intake, clinic.Notifications, clinic.Emergencies, clinic.Apps, clinic.PatientPasskeys, clinic.Proxies, clinic.Proxies));
        var app = builder.Build();
        app.UseWebSockets();
        app.UseDoorRules();
        app.UseRouting();
        app.UseDoorAccess();
        new WebModule().MapDoor(app);
        var call = new StubCall();
        call.Map(app.MapGroup("").WithMetadata(DoorAccess.Anyone()));
        await app.StartAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return new StubDoor(app, clinic, call) { Address = new Uri($"https://localhost:{port}") };
    }

    /// <summary>A browser of its own, as far as cookies go. Asks for pages unless told otherwise.</summary>
    public HttpClient Browser(string? login = null, string accept = "text/html")
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => Certificate.Equals(shown) } };
        var client = new HttpClient(handler) { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("Accept", accept);
        if (login is not null) client.DefaultRequestHeaders.Add("Cookie", $"__Host-login={login}");
        return client;
    }

    static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

using System.Text;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Platform.Http;

/// <summary>An application that listens nowhere: it is asked in this process, as a service or as nobody.</summary>
internal sealed class InProcessApp : IAsyncDisposable
{
    readonly WebApplication _app;

    InProcessApp(WebApplication app) => _app = app;

    /// <summary>With the door's rules, and what <paramref name="map"/> adds to it.</summary>
    public static async Task<InProcessApp> Start(Action<IServiceCollection> add, Action<WebApplication> map, ILoggerProvider? log = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (log is not null) builder.Logging.AddProvider(log);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<RefusalLog>();
        builder.Services.AddSingleton<LoopbackServer>(_ => new LoopbackServer(new NoServer()));
        builder.Services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
        add(builder.Services);
        var app = builder.Build();
        app.UseDoorRules();
        map(app);
        await app.StartAsync();
        return new InProcessApp(app);
    }

    /// <summary>Asks once. <paramref name="service"/>: who calls, null for a request that is no service's.</summary>
    public async Task<(int Status, string Body)> Ask(string path, string? service = null, string? body = null, params (string Name, string Value)[] headers)
    {
        using var client = new HttpMessageInvoker(new LoopbackHandler(_app.Services.GetRequiredService<LoopbackServer>(), service ?? Nobody));
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri($"https://localhost{path}"))
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, default);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Comes first in an application that also answers who is no service.</summary>
    public static void UseNobody(IApplicationBuilder app) => app.Use((http, next) =>
    {
        if (http.Features.Get<ContractDoor.InProcess>()?.Service == Nobody) http.Features.Set<ContractDoor.InProcess>(null);
        return next(http);
    });

    const string Nobody = "";

    public void RequireAccess() => _app.RequireAccess();
    public void Map(Action<WebApplication> map) => map(_app);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();
        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() { }
    }
}

using System.Collections.Concurrent;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Tests.Platform.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FirstRing.Tests.Platform.Http;

/// <summary>A public route answers whom its declaration lets in, and nobody where it has none.</summary>
public sealed class DeclaredDoors
{
    static readonly DoorKeeper Keeper = new(DoorProof.Login, new Problem("barred", "", 403), (http, _) => Task.FromResult<(Caller?, Problem?)>(http.Request.Headers.Cookie.ToString() switch
    {
        "" => (null, new Problem("missing", "", 401)),
        "away" => throw new HttpRequestException(),
        "silence" => (null, null),
        var role => (new Caller("door", "ten_1", "stf_1", role), null),
    }), (_, problem) => problem);

    /// <summary>Of a page, which sends the browser elsewhere.</summary>
    static readonly DoorKeeper OfPages = new(DoorProof.BegunLogin, new Problem("barred-page", "", 403), Keeper.Who,
        (_, problem) => Results.Text($"elsewhere {problem.Code}", statusCode: 418));

    readonly ConcurrentBag<string> _log = [];

    async Task<WebApplication> Start(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new Recorder(_log));
        builder.Services.AddSingleton(Keeper);
        builder.Services.AddSingleton(OfPages);
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<RefusalLog>();
        builder.Services.AddSingleton<LoopbackServer>(_ => new LoopbackServer(new NoServer()));
        builder.Services.AddSingleton<IServer>(provider => provider.GetRequiredService<LoopbackServer>());
        var app = builder.Build();
        app.UseRouting();
        app.UseDoorAccess();
        map(app);
        await app.StartAsync();
        return app;
    }

    static async Task<(int Status, string Body)> Ask(WebApplication app, string path, string cookie)
    {
        using var client = new HttpMessageInvoker(new LoopbackHandler(app.Services.GetRequiredService<LoopbackServer>(), ""));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://localhost{path}"));
        if (cookie.Length > 0) request.Headers.Add("Cookie", cookie);
        using var response = await client.SendAsync(request, default);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/page", "", 401, "missing")]
    [InlineData("/page", "clinician", 403, "barred")]
    [InlineData("/page", "admin", 200, "ten_1 stf_1 admin")]
    [InlineData("/page", "away", 503, "unavailable")]
    [InlineData("/page", "silence", 403, "barred")]
    [InlineData("/elsewhere", "silence", 418, "elsewhere barred-page")]
    [InlineData("/elsewhere", "clinician", 418, "elsewhere barred-page")]
    [InlineData("/elsewhere", "admin", 200, "in")]
    [InlineData("/nested", "admin", 403, "barred")] // what is nearer to the route holds
    [InlineData("/nested", "auditor", 200, "in")]
    [InlineData("/anyone", "", 200, "in")]
    [InlineData("/undeclared", "admin", 404, "not-found")]
    public async Task Only_whom_the_declaration_names_comes_in(string path, string cookie, int status, string says)
    {
        await using var app = await Start(app =>
        {
            var admin = app.MapGroup("").WithMetadata(DoorAccess.Login("", "admin"));
            admin.MapGet("/page", () => $"{Acting.Now?.Tenant} {Acting.Now?.Actor} {Acting.Now?.Role}");
            admin.MapGet("/nested", () => "in").WithMetadata(DoorAccess.Login("", "auditor"));
            app.MapGet("/elsewhere", () => "in").WithMetadata(DoorAccess.BegunLogin("", "admin"));
            app.MapGet("/anyone", () => "in").WithMetadata(DoorAccess.Anyone());
            app.MapGet("/undeclared", () => "in");
        });
        var said = await Ask(app, path, cookie);
        Assert.Equal(status, said.Status);
        Assert.Contains(says, said.Body, StringComparison.Ordinal);
        // What was refused is in the log, once, whichever way the door says it.
        Assert.Equal(status is 401 or 403 or 418 ? 1 : 0, _log.Count(line => line.Contains("Refused 1 at", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_route_that_does_not_say_who_may_use_it_does_not_let_the_server_start()
    {
        await using var app = await Start(app =>
        {
            app.MapGet("/declared", () => "in").WithMetadata(DoorAccess.Anyone());
            app.MapGet("/contract/records/look", () => "in").WithMetadata(new ContractRoute("records", "look", Access.By("web").ForItself(), typeof(string), typeof(string)));
        });
        app.RequireAccess();
        app.MapGet("/undeclared/{id}", (string id) => id);
        Assert.Contains("/undeclared/{id}", Assert.Throws<InvalidOperationException>(app.RequireAccess).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declaration_for_no_role_is_none()
    {
        await using var app = await Start(app => app.MapGet("/nobody", () => "in").WithMetadata(DoorAccess.Login("")));
        Assert.Contains("/nobody", Assert.Throws<InvalidOperationException>(app.RequireAccess).Message, StringComparison.Ordinal);
    }

    sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();
        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;
        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public void Dispose() { }
    }
}

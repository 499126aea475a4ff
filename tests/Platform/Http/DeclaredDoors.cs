using System.Collections.Concurrent;
using System.Security.Cryptography;
using FirstRing.Platform.Errors;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Platform.Passes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

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

    static readonly ECDsa Passes = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    Task<InProcessApp> Start(Action<WebApplication> map) => InProcessApp.Start(
        services => services.AddSingleton(Keeper).AddSingleton(OfPages).AddSingleton(new PassReader(Passes, TimeProvider.System)),
        app =>
        {
            app.UseRouting();
            app.UseDoorAccess();
            map(app);
        }, new Recorder(_log));

    [Theory]
    [InlineData("/page", "", 401, "missing")]
    [InlineData("/page", "clinician", 403, "barred")]
    [InlineData("/page", "admin", 200, "ten_1 stf_1 admin")]
    [InlineData("/page", "away", 503, "unavailable")]
    [InlineData("/page", "silence", 403, "barred")]
    [InlineData("/elsewhere", "", 418, "elsewhere missing")]
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
        var said = await app.Ask(path, headers: ("Cookie", cookie));
        Assert.Equal(status, said.Status);
        Assert.Contains(says, said.Body, StringComparison.Ordinal);
        // What was refused is in the log, once, whichever way the door says it.
        Assert.Equal(status is 401 or 403 or 418 ? 1 : 0, _log.Count(line => line.Contains("Refused 1 at", StringComparison.Ordinal)));
        // Under its own code, not under what the page made of it.
        if (status is 418) Assert.Contains(said.Body.Split(' ')[1], Assert.Single(_log), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("patient", "signaling", 200, "door ten_1 par_1 patient")]
    [InlineData("clinician", "signaling", 401, "pass-not-valid")] // another role
    [InlineData("patient", "messaging", 401, "pass-not-valid")] // for another service
    [InlineData(null, "signaling", 401, "pass-not-valid")]
    public async Task A_pass_opens_what_names_its_audience_and_its_role(string? role, string audience, int status, string says)
    {
        var ran = false;
        await using var app = await Start(app => app.MapGet("/visit", () =>
        {
            ran = true;
            return $"{Acting.Now?.Service} {Acting.Now?.Tenant} {Acting.Now?.Actor} {Acting.Now?.Role}";
        }).WithMetadata(DoorAccess.Pass("signaling", "", "patient")));
        var text = role is null ? "none" : new PassSigner(Passes, TimeProvider.System).Sign(new Pass("ten_1", "par_1", role, "lgn_1", new Dictionary<string, string>()), TimeSpan.FromMinutes(5), [audience]);
        var said = await app.Ask("/visit", headers: ("Authorization", $"Bearer {text}"));
        Assert.Equal(status, said.Status);
        Assert.Contains(says, said.Body, StringComparison.Ordinal);
        Assert.Equal(status == 200, ran); // who is refused has changed nothing either
    }

    [Fact]
    public async Task What_whoever_knows_them_cannot_tell_is_no_entry()
    {
        var ran = 0;
        await using var app = await Start(app =>
        {
            app.MapGet("/page", () => ++ran).WithMetadata(DoorAccess.Login("", "admin"));
            app.MapGet("/elsewhere", () => ++ran).WithMetadata(DoorAccess.BegunLogin("", "admin"));
        });
        foreach (var cookie in (string[])["", "clinician", "away", "silence"])
            foreach (var path in (string[])["/page", "/elsewhere"]) await app.Ask(path, headers: ("Cookie", cookie));
        Assert.Equal(0, ran);
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
        app.Map(map => map.MapGet("/undeclared/{id}", (string id) => id));
        Assert.Contains("/undeclared/{id}", Assert.Throws<InvalidOperationException>(app.RequireAccess).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_declaration_for_no_role_is_none()
    {
        await using var app = await Start(app => app.MapGet("/nobody", () => "in").WithMetadata(DoorAccess.Login("")));
        Assert.Contains("/nobody", Assert.Throws<InvalidOperationException>(app.RequireAccess).Message, StringComparison.Ordinal);
    }
}

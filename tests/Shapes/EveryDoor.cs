using System.Net;
using FirstRing.Host;
using FirstRing.Platform.Modules;
using FirstRing.Tests.Harness.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Tests.Shapes;

/// <summary>What every public route must do, asked of all of them as the modules map them, in both shapes.</summary>
public sealed class EveryDoor
{
    static readonly Dictionary<string, string> Always = new()
    {
        ["X-Content-Type-Options"] = "nosniff",
        ["Referrer-Policy"] = "same-origin",
        ["Cross-Origin-Opener-Policy"] = "same-origin",
        ["Cross-Origin-Resource-Policy"] = "same-origin",
        ["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains",
        ["Cache-Control"] = "no-store",
    };

    static readonly (string, string?)[] SharedWithAll =
        [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Methods", "GET, POST"), ("Access-Control-Allow-Headers", "Authorization, Content-Type"), ("Access-Control-Max-Age", "600")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_route_answers_with_every_security_header(bool split)
    {
        await using var platform = await RunningPlatform.Start(split);
        var visit = await platform.DemoVisit();
        var routes = await Routes(platform.Data);
        Assert.True(routes.Count >= 20, $"only {routes.Count} routes found");
        using var client = DoorTrust.Client(platform.Door);
        foreach (var (method, path) in routes.Append(("GET", "/nowhere")).Append(("GET", "/healthz")).Append(("GET", "/readyz")).Append(("POST", "/contract/records/get-patient"))
            .Append(("GET", visit.Patient.PathAndQuery)).Append(("DELETE", "/")))
            foreach (var accept in (string[])["text/html", "application/json"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version20 };
                request.Headers.Add("Accept", accept);
                if (method == "POST") request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
                using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                var where = $"{method} {path} ({(int)response.StatusCode})";
                foreach (var (name, value) in Always) Assert.True(One(response, name) == value, $"{where} has {name}: {One(response, name)}");
                var policy = One(response, "Content-Security-Policy");
                foreach (var word in (string[])["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) Assert.True(policy?.Contains(word, StringComparison.Ordinal), $"{where} has the policy {policy}");
                Assert.False(policy!.Contains("unsafe", StringComparison.Ordinal), where);
                Assert.False(response.Headers.Contains("Server"), where);
                // Only the protocol for applications of others answers other sites' scripts, and to it no cookie counts.
                var shared = response.Headers.Where(header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase)).Select(header => (header.Key, Value: One(response, header.Key)));
                if (!path.StartsWith("/oauth/", StringComparison.Ordinal) && !path.Contains("/.well-known/", StringComparison.Ordinal)) Assert.Empty(shared);
                else Assert.All(shared, header => Assert.Contains(header, SharedWithAll));
                var type = response.Content.Headers.ContentType;
                if (response.Content.Headers.ContentLength is > 0) Assert.True(type is not null && (type.CharSet is not null || !type.MediaType!.StartsWith("text/", StringComparison.Ordinal)), $"{where} is {type}");
            }
    }

    const int Together = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_address_that_asks_too_often_is_told_so(bool split)
    {
        await using var platform = await RunningPlatform.Start(split);
        foreach (var (path, most) in (IEnumerable<(string, int)>)[("/sign-in", 60), ("/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA", 600), ("/messages", 1_200)])
        {
            var (asked, refused) = (0, (Said?)null);
            using var raw = new Raw(platform.Door);
            // At most two windows' worth: a minute may turn meanwhile. Naming other addresses makes nobody another caller.
            while (refused is null && asked <= 2 * most)
            {
                var said = await Task.WhenAll(Enumerable.Range(asked, Together).Select(number => raw.Ask(HttpMethod.Get, path, headers: ("X-Forwarded-For", $"192.0.2.{number % 250}"))));
                asked += said.Length;
                refused = said.FirstOrDefault(one => one.Status == 429);
            }
            Assert.True(refused is not null, $"{path} took {asked} requests");
            Assert.True(asked > most, $"{path} refused one of {asked} requests");
            Assert.Equal("too-many", refused.Code);
        }
        using var other = new Raw(platform.Door);
        Assert.Equal(200, (await other.Ask(HttpMethod.Get, "/healthz")).Status);
    }

    [Fact]
    public async Task TRACE_is_not_answered()
    {
        await using var platform = await RunningPlatform.Start();
        using var raw = new Raw(platform.Door);
        var said = await raw.Ask(HttpMethod.Trace, "/", headers: ("X-Marker", "tell me"));
        Assert.True(said.Status is 404 or 405, $"{said.Status}");
        Assert.DoesNotContain("tell me", said.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_given_twice_is_not_two_values()
    {
        await using var platform = await RunningPlatform.Start();
        using var raw = new Raw(platform.Door);
        var said = await raw.Ask(HttpMethod.Post, "/sign-in", "email=a%40b.example&email=c%40d.example&password=x&to=/clinic&to=https://elsewhere.example", "application/x-www-form-urlencoded");
        Assert.Equal(401, said.Status);
        var page = await raw.Ask(HttpMethod.Get, "/sign-in?to=/clinic&to=https://elsewhere.example", headers: ("Accept", "text/html"));
        Assert.DoesNotContain("value=\"https://elsewhere.example", page.Body, StringComparison.Ordinal);
    }

    static string? One(HttpResponseMessage response, string name) =>
        (response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)) && values.ToList() is [var one] ? one : null;

    /// <summary>Method and path of every route that a module maps at the door, parameters filled in.</summary>
    static async Task<List<(string Method, string Path)>> Routes(string data)
    {
        var folder = new DataFolder(data, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(Settings.Of(Options.Parse(["up", "--data", data]), folder));
        builder.Services.AddSingleton(TimeProvider.System);
        foreach (var row in ModuleTable.Rows) row.Make().Register(new ModuleContext(row.Name, builder.Services, builder.Configuration.GetSection(row.Name), folder.StoreOf(row.Name)));
        await using var app = builder.Build();
        foreach (var row in ModuleTable.Rows) row.Make().MapDoor(app.MapGroup(""));
        return [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(route => (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Where(method => method != "CONNECT")
                .Select(method => (method, "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => segment.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : "AAAAAAAAAAAAAAAAAAAAAAAAAAA")))))];
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Contracts;
using FirstRing.Platform.Http;
using FirstRing.Platform.Modules;
using FirstRing.Tests.Platform.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace FirstRing.Tests.Platform.Contracts;

/// <summary>Who gets past a contract's routes, and what: verbs, events and audit rows. <c>records</c> may be called by web, identity and messaging.</summary>
public sealed class Gates
{
    const int LargestBody = 256 * 1024;
    static readonly IReadOnlySet<string> Callers = new HashSet<string> { "web", "identity", "messaging" };
    static readonly Access Declared = Access.By("web", "identity", "signaling").For("clinician").ForItself();

    readonly List<string> _handled = [];
    IReadOnlyList<ContractRoute> _routes = [];

    async Task<InProcessApp> Start(Action<ContractRoutes> map, Action<HttpContext>? before = null, IReadOnlySet<string>? events = null, IReadOnlySet<string>? stores = null)
    {
        var app = await InProcessApp.Start(_ => { }, app =>
        {
            InProcessApp.UseNobody(app);
            app.Use((http, next) =>
            {
                before?.Invoke(http);
                return next(http);
            });
            app.UseRouting();
            map(new ContractRoutes("records", app, GatesJson.Default.Options, Callers, events, stores));
            _routes = [.. ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Select(route => route.Metadata.GetMetadata<ContractRoute>()!)];
        });
        return app;
    }

    void Look(ContractRoutes routes)
    {
        routes.Verb<Asked, string>("look", Declared, (request, caller, _, _) =>
        {
            _handled.Add($"{request.Name} of {request.Tenant} for {caller.Service} {caller.Tenant} {caller.Role}");
            return Task.FromResult(Acting.Now == caller ? "acts for its caller" : "acts for somebody else");
        });
        routes.Verb<Untenanted, string>("look-anywhere", Declared, (request, _, _, _) => Task.FromResult(request.Name));
    }

    static (string, string)[] As(string? tenant, string? actor, string role) =>
        [.. new (string, string?)[] { (CallerHeaders.Tenant, tenant), (CallerHeaders.Actor, actor), (CallerHeaders.Role, role) }.Where(header => header.Item2 is not null).Select(header => (header.Item1, header.Item2!))];

    [Theory]
    [InlineData("web", "ten_1", "clinician", """{"tenant":"ten_1","name":"x"}""", 200)]
    [InlineData("web", "ten_1", "clinician", """{"name":"x"}""", 200)] // it names no tenant
    [InlineData("identity", null, "service", """{"tenant":"ten_2","name":"x"}""", 200)]
    [InlineData("web", "ten_1", "clinician", """{"tenant":"ten_2","name":"x"}""", 403)] // it names another's
    [InlineData("web", "ten_1", "clinician", """{"tenant":"TEN_1","name":"x"}""", 403)]
    [InlineData("messaging", "ten_1", "clinician", """{"tenant":"ten_1","name":"x"}""", 403)] // may call the service, but not this verb
    [InlineData("signaling", "ten_1", "clinician", """{"tenant":"ten_1","name":"x"}""", 403)] // the verb would take it, but its row does not say that it needs the service
    [InlineData(null, "ten_1", "clinician", """{"tenant":"ten_1","name":"x"}""", 403)] // no service
    [InlineData("web", "ten_1", "front-desk", """{"tenant":"ten_1","name":"x"}""", 403)]
    [InlineData("web", "ten_1", "clinician", "{", 400)]
    [InlineData("web", "ten_1", "front-desk", "{", 403)] // who has no grant at all is not listened to
    [InlineData("messaging", "ten_1", "clinician", "{", 403)]
    [InlineData("signaling", "ten_1", "clinician", "{", 403)]
    public async Task A_verb_is_for_who_is_in_the_table_and_in_its_declaration_and_within_their_tenant(string? service, string? tenant, string role, string body, int status)
    {
        await using var app = await Start(Look);
        var said = await app.Ask("/contract/records/look", service, body, As(tenant, "stf_1", role));
        Assert.Equal(status, said.Status);
        Assert.Equal(status == 200 ? 1 : 0, _handled.Count);
        // What the handler asks of others in its turn, it asks for its caller.
        if (status == 200) Assert.Equal("\"acts for its caller\"", said.Body);
    }

    [Fact]
    public async Task A_request_without_a_tenant_of_its_own_is_held_to_the_rest()
    {
        await using var app = await Start(Look);
        Assert.Equal((200, "\"x\""), await app.Ask("/contract/records/look-anywhere", "web", """{"name":"x"}""", As("ten_1", "stf_1", "clinician")));
        Assert.Equal(403, (await app.Ask("/contract/records/look-anywhere", "web", """{"name":"x"}""", As("ten_1", "stf_1", "patient"))).Status);
    }

    [Theory]
    [InlineData("identity", "identity.LoginEnded", 204)]
    [InlineData("identity", "identity.LoginBegan", 403)] // its own, but nothing that is taken here
    [InlineData("identity", "messaging.Sent", 403)] // another's
    [InlineData("messaging", "identity.LoginEnded", 403)]
    [InlineData("messaging", "messaging.Sent", 204)]
    [InlineData("web", "identity.LoginEnded", 403)] // owns nothing that is taken here
    [InlineData("signaling", "signaling.CallEnded", 403)] // taken here, but it is not in the table
    [InlineData("ident", "identity.LoginEnded", 403)]
    [InlineData(null, "identity.LoginEnded", 403)]
    public async Task An_event_is_brought_by_its_owner_and_nobody_else(string? service, string type, int status)
    {
        await using var app = await Start(TakeEvents, events: new HashSet<string> { "identity.LoginEnded", "messaging.Sent", "signaling.CallEnded" });
        Assert.Equal(status, (await app.Ask("/contract/records/events", service, Event(type))).Status);
        Assert.Equal(status == 204 ? [$"{type} of ten_1"] : [], _handled);
    }

    [Theory]
    [InlineData("identity", "{", 400)]
    [InlineData("identity", "null", 400)]
    [InlineData("web", "{", 403)] // who owns no event that is taken here is not listened to
    [InlineData(null, "{", 403)]
    public async Task What_is_no_event_is_not_taken(string? service, string body, int status)
    {
        await using var app = await Start(TakeEvents, events: new HashSet<string> { "identity.LoginEnded" });
        Assert.Equal(status, (await app.Ask("/contract/records/events", service, body)).Status);
        Assert.Empty(_handled);
    }

    [Theory]
    [InlineData("identity", "identity.Anything", 204)]
    [InlineData("identity", "identityX.Anything", 403)]
    [InlineData("identity", "identity", 403)]
    [InlineData("signaling", "signaling.Anything", 403)]
    public async Task Where_no_types_are_named_an_event_still_comes_from_its_owner(string service, string type, int status)
    {
        await using var app = await Start(TakeEvents);
        Assert.Equal(status, (await app.Ask("/contract/records/events", service, Event(type))).Status);
    }

    [Theory]
    [InlineData("messaging", "messaging", 200)]
    [InlineData("web", "web", 403)] // has no store
    [InlineData("messaging", "scheduling", 403)] // another's rows
    [InlineData("scheduling", "messaging", 403)]
    [InlineData(null, "messaging", 403)]
    public async Task Audit_rows_are_brought_by_the_service_whose_store_it_is(string? service, string store, int status)
    {
        await using var app = await Start(TakeRows, stores: new HashSet<string> { "messaging", "scheduling" });
        var said = await app.Ask("/contract/records/rows", service, Rows(store));
        Assert.Equal(status, said.Status);
        Assert.Equal(status == 200 ? [$"rows of {store} from 7"] : [], _handled);
        if (status == 200) Assert.Equal("""{"counter":7,"refused":null}""", said.Body);
    }

    [Theory]
    [InlineData("messaging", "{", 400)]
    [InlineData("messaging", "null", 400)]
    [InlineData("web", "{", 403)]
    public async Task What_are_no_audit_rows_is_not_taken(string service, string body, int status)
    {
        await using var app = await Start(TakeRows, stores: new HashSet<string> { "messaging" });
        Assert.Equal(status, (await app.Ask("/contract/records/rows", service, body)).Status);
        Assert.Empty(_handled);
    }

    [Fact]
    public async Task Where_no_stores_are_named_each_still_brings_its_own_alone()
    {
        await using var app = await Start(TakeRows);
        Assert.Equal(200, (await app.Ask("/contract/records/rows", "anything", Rows("anything"))).Status);
        Assert.Equal(403, (await app.Ask("/contract/records/rows", "anything", Rows("messaging"))).Status);
        Assert.Equal(403, (await app.Ask("/contract/records/rows", null, Rows("messaging"))).Status);
    }

    [Fact]
    public async Task What_is_declared_of_a_route_is_what_it_holds_to()
    {
        await using var app = await Start(routes =>
        {
            Look(routes);
            TakeEvents(routes);
            TakeRows(routes);
        }, events: new HashSet<string> { "identity.LoginEnded", "messaging.Sent", "signaling.CallEnded" }, stores: new HashSet<string> { "scheduling", "messaging" });
        Assert.Equal(
            ["events by identity, messaging for service at Platform", "look by web, identity, signaling for clinician at Tenant, service at Platform",
                "look-anywhere by web, identity, signaling for clinician at Tenant, service at Platform", "rows by messaging, scheduling for service at Platform"],
            _routes.Select(route => $"{route.Verb} by {string.Join(", ", route.Verb is "events" or "rows" ? route.Access.Services.Order(StringComparer.Ordinal) : route.Access.Services)} for "
                + string.Join(", ", route.Access.Grants.Select(grant => $"{grant.Key} at {grant.Value}"))).Order(StringComparer.Ordinal));
        Assert.All(_routes, route => Assert.Equal("records", route.Service));
    }

    [Fact]
    public async Task Any_service_with_a_store_is_said_to_bring_rows_where_none_is_named()
    {
        await using var app = await Start(TakeRows);
        Assert.Equal([Access.EveryService], Assert.Single(_routes).Access.Services);
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 413)]
    public async Task A_body_is_as_large_as_the_limit_and_not_a_byte_larger(int more, int status)
    {
        await using var app = await Start(Look);
        var body = """{"tenant":"ten_1","name":"x"}""".PadRight(LargestBody + more);
        Assert.Equal(status, (await app.Ask("/contract/records/look", "web", body, As("ten_1", "stf_1", "clinician"))).Status);
    }

    [Theory]
    [InlineData(413, 413, "too-large")]
    [InlineData(400, 400, "bad-json")]
    public async Task A_body_that_breaks_off_is_too_large_only_where_it_was(int breaks, int status, string code)
    {
        await using var app = await Start(Look, http => http.Request.Body = new Breaking(breaks));
        var said = await app.Ask("/contract/records/look", "web", "{}", As("ten_1", "stf_1", "clinician"));
        Assert.Equal(status, said.Status);
        Assert.Contains(code, said.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, LargestBody)]
    [InlineData(true, 1 << 30)] // too late to say so, and no reason to fail
    public async Task The_server_is_told_how_much_of_a_body_is_read(bool isReadOnly, long limit)
    {
        var size = new BodySize(isReadOnly);
        await using var app = await Start(Look, http => http.Features.Set<IHttpMaxRequestBodySizeFeature>(size));
        Assert.Equal(200, (await app.Ask("/contract/records/look", "web", """{"tenant":"ten_1","name":"x"}""", As("ten_1", "stf_1", "clinician"))).Status);
        Assert.Equal(limit, size.MaxRequestBodySize);
    }

    void TakeEvents(ContractRoutes routes) => routes.On(PlatformJson.Default.OutboxWire, (@event, _, _) =>
    {
        _handled.Add($"{@event.Type} of {@event.Tenant}");
        return Task.CompletedTask;
    });

    void TakeRows(ContractRoutes routes) => routes.TakeAudit((batch, _, _) =>
    {
        _handled.Add($"rows of {batch.Store} from {batch.From}");
        return Task.FromResult(new AuditTaken(batch.From));
    });

    static string Event(string type) => JsonSerializer.Serialize(new OutboxWire(Guid.Empty, type, "ten_1", 1, JsonDocument.Parse("{}").RootElement), PlatformJson.Default.OutboxWire);
    static string Rows(string store) => JsonSerializer.Serialize(new AuditBatch(store, 7, [], []), PlatformJson.Default.AuditBatch);

    internal sealed record Asked(string? Tenant, string Name);
    internal sealed record Untenanted(string Name);

    sealed class Breaking(int status) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new BadHttpRequestException("It broke off.", status);
    }

    sealed class BodySize(bool isReadOnly) : IHttpMaxRequestBodySizeFeature
    {
        long? _size = 1 << 30;
        public bool IsReadOnly => isReadOnly;
        public long? MaxRequestBodySize
        {
            get => _size;
            set => _size = isReadOnly ? throw new InvalidOperationException() : value;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Gates.Asked)), JsonSerializable(typeof(Gates.Untenanted)), JsonSerializable(typeof(string))]
internal sealed partial class GatesJson : JsonSerializerContext;

using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform.Egress;

/// <summary>Nothing goes out without a valid agreement that names the host and covers the data; a refusal has a stable code and an audit row.</summary>
public sealed class AgreementsDecide
{
    [Theory, BothDialects]
    public async Task What_an_agreement_covers_goes_out_and_the_rest_is_refused_and_audited(Dialect dialect)
    {
        await using var outside = await Outside.Open(dialect);
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor)));
        Assert.Empty(await outside.Audited());
        Assert.Equal("egress-no-agreement", await outside.Get(outside.At(Outside.Other)));
        Assert.Equal([("egress", $"{Outside.Other}:{outside.Port}", "egress-no-agreement")], await outside.Audited());
        Assert.DoesNotContain(outside.Requests, request => request.Host == Outside.Other);
    }

    [Theory]
    [InlineData(-9, -1, false, "phi", "egress-agreement-expired")]
    [InlineData(-9, 0, false, "phi", null)] // the last day is in
    [InlineData(0, 9, false, "phi", null)] // so is the first
    [InlineData(1, 9, false, "phi", "egress-agreement-not-yet")]
    [InlineData(-9, 9, true, "phi", "egress-agreement-ended")]
    [InlineData(-9, 9, false, "linked-phi", "egress-data-class-not-covered")]
    public async Task Days_end_and_class_decide(int from, int until, bool ended, string covers, string? refused)
    {
        await using var outside = await Outside.Open();
        outside.Agree(Outside.Other, from, until, ended, classes: [covers]);
        Assert.Equal(refused ?? $"hello from {Outside.Other}", await outside.Get(outside.At(Outside.Other)));
    }

    [Fact]
    public async Task One_valid_agreement_of_several_is_enough()
    {
        await using var outside = await Outside.Open();
        outside.Agree(Outside.Other, -9, -1);
        outside.Agree(Outside.Other, -9, 9, ended: true);
        Assert.Equal("egress-agreement-expired", await outside.Get(outside.At(Outside.Other)));
        outside.Agree(Outside.Other);
        Assert.Equal($"hello from {Outside.Other}", await outside.Get(outside.At(Outside.Other)));
    }

    [Fact]
    public async Task An_agreement_that_ends_ends_at_the_next_request_though_the_connection_is_still_open()
    {
        await using var outside = await Outside.Open();
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor)));
        outside.Store.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("egress-agreement-expired", await outside.Get(outside.At(Outside.Vendor)));
        outside.Forget(Outside.Vendor);
        Assert.Equal("egress-no-agreement", await outside.Get(outside.At(Outside.Vendor)));
    }

    [Fact]
    public async Task Another_tenants_agreement_is_none()
    {
        await using var outside = await Outside.Open();
        Assert.Equal("egress-no-agreement", await outside.Get(outside.At(Outside.Vendor), tenant: "ten_2"));
    }

    [Fact]
    public async Task A_registry_that_cannot_be_asked_lets_nothing_out()
    {
        await using var outside = await Outside.Open();
        using var blind = new FirstRing.Platform.Egress.Egress(outside.Store.Store, (_, _, _) => throw new HttpRequestException("gone"),
            new(new HashSet<string> { Outside.Vendor }, null), Microsoft.Extensions.Logging.Abstractions.NullLogger<FirstRing.Platform.Egress.Egress>.Instance);
        using var request = new HttpRequestMessage(HttpMethod.Get, outside.At(Outside.Vendor));
        await Assert.ThrowsAsync<HttpRequestException>(() => blind.Send(Outside.Tenant, "phi", request, CancellationToken.None));
        Assert.Empty(outside.Requests);
    }

    [Fact]
    public async Task Only_https_goes_out_and_the_host_that_was_judged_is_the_host_that_is_asked()
    {
        await using var outside = await Outside.Open();
        Assert.Equal("egress-not-encrypted", await outside.Get(outside.At(Outside.Vendor, scheme: "http")));
        Assert.Equal("egress-host-wrong", await outside.Get(new Uri($"https://{Outside.Vendor}@{Outside.Other}:{outside.Port}/hello")));
        Assert.Equal($"hello from {Outside.Vendor}", await outside.Get(outside.At(Outside.Vendor), with: request => request.Headers.Host = Outside.Other));
    }

    [Fact]
    public async Task A_host_that_cannot_prove_its_name_gets_nothing()
    {
        await using var outside = await Outside.Open(Dialect.Sqlite, "unproven.vendor.example");
        outside.Agree("unproven.vendor.example");
        outside.Names["unproven.vendor.example"] = () => [System.Net.IPAddress.Loopback];
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => outside.Get(outside.At("unproven.vendor.example")));
        Assert.IsType<System.Security.Authentication.AuthenticationException>(failure.InnerException);
        Assert.Empty(outside.Requests);
    }

    [Fact]
    public async Task A_bare_connection_is_judged_alike()
    {
        await using var outside = await Outside.Open();
        await using var connection = (await outside.Egress.Connect(Outside.Tenant, "phi", Outside.Vendor, outside.Port, CancellationToken.None)).Value;
        Assert.NotNull(connection);
        await using var secure = (await outside.Egress.ConnectTls(Outside.Tenant, "phi", Outside.Vendor, outside.Port, CancellationToken.None)).Value;
        Assert.IsType<System.Net.Security.SslStream>(secure);
        Assert.Equal("egress-no-agreement", (await outside.Egress.Connect(Outside.Tenant, "phi", Outside.Other, outside.Port, CancellationToken.None)).Refused?.Code);
        Assert.Equal("egress-host-wrong", (await outside.Egress.Connect(Outside.Tenant, "phi", "127.0.0.1", outside.Port, CancellationToken.None)).Refused?.Code);
    }
}

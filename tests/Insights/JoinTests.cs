using System.Net;
using FirstRing.Platform.Http;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using AddressLimit = FirstRing.Insights.Joins.AddressLimit;

namespace FirstRing.Tests.Insights;

public sealed class JoinTests
{
    [Theory, BothDialects]
    public async Task An_attempts_steps_before_and_after_its_pass_are_the_visits(Dialect dialect)
    {
        await using var funnel = await Funnel.Open(dialect);
        var at = funnel.Store.Clock.Microseconds();

        Assert.Equal(204, (await funnel.Report(null, "a1", ("opened", null, 12.5))).Status);
        funnel.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(204, (await funnel.Report(funnel.Pass(), "a1", ("entered", null, 900), ("failed", "ice-timeout", 9_000))).Status);
        await funnel.Report(null, "a2", ("opened", null, 1));
        await funnel.Report(funnel.Pass(new VisitId(NewId.Random())), "a3", ("opened", null, 2));

        Assert.Equal(
        [
            new Step("a1", "patient", "opened", null, 12.5, "0.1.0+abc", at),
            new Step("a1", "patient", "entered", null, 900, "0.1.0+abc", at + 1_000_000),
            new Step("a1", "patient", "failed", "ice-timeout", 9_000, "0.1.0+abc", at + 1_000_000),
        ], await funnel.Steps());
    }

    [Theory, BothDialects]
    public async Task A_step_sent_again_is_kept_once(Dialect dialect)
    {
        await using var funnel = await Funnel.Open(dialect);
        for (var i = 0; i < 3; i++) await funnel.Report(i == 1 ? funnel.Pass() : null, "a1", ("opened", null, 12.5));

        Assert.Single(await funnel.Steps());
    }

    [Theory, BothDialects]
    public async Task Someone_elses_pass_cannot_take_an_attempts_steps_to_another_visit(Dialect dialect)
    {
        await using var funnel = await Funnel.Open(dialect);
        var other = new VisitId(NewId.Random());
        await funnel.Report(funnel.Pass(), "a1", ("opened", null, 1));

        await funnel.Report(funnel.Pass(other), "a1", ("opened", null, 1), ("entered", null, 2));

        Assert.Equal("opened", Assert.Single(await funnel.Steps()).State);
        Assert.Equal("entered", Assert.Single(await funnel.Steps(other)).State);
    }

    [Theory, BothDialects]
    public async Task The_visit_is_nowhere_in_the_store(Dialect dialect)
    {
        await using var funnel = await Funnel.Open(dialect);
        await funnel.Report(funnel.Pass(), "attempt-1", ("opened", null, 1));

        Assert.True(await funnel.Store.Holds("attempt-1"), "the scan must be able to find something");
        Assert.False(await funnel.Store.Holds(funnel.Visit.ToString()));
        Assert.False(await funnel.Store.Holds(funnel.Visit.Value.ToString("N")));
        Assert.False(await funnel.Store.Holds(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(funnel.Visit.ToString())))));
    }

    [Theory]
    [InlineData("", 400, "bad-json")]
    [InlineData("{", 400, "bad-json")]
    [InlineData("null", 400, "bad-json")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":null}""", 400, "bad-json")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1"}""", 400, "bad-json")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[null]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[{"state":"opened","ms":-1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[{"state":"opened","ms":1e300}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[{"state":"Ada Lovelace","ms":1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[{"state":"opened\n","ms":1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1","steps":[{"state":"failed","reason":"call me 5550100!","ms":1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"Patient","release":"1","steps":[{"state":"opened","ms":1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"a","side":"patient","release":"1 2","steps":[{"state":"opened","ms":1}]}""", 422, "report-not-valid")]
    [InlineData("""{"attempt":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","side":"patient","release":"1","steps":[{"state":"opened","ms":1}]}""", 422, "report-not-valid")]
    public async Task What_is_no_report_is_refused(string body, int status, string code)
    {
        await using var funnel = await Funnel.Open(Dialect.Sqlite);

        var answer = await funnel.Raw(null, body);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(0, await funnel.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM join_steps", null, default));
    }

    [Fact]
    public async Task More_than_50_steps_or_16_KiB_are_refused()
    {
        await using var funnel = await Funnel.Open(Dialect.Sqlite);
        (string, string?, double)[] Steps(int count) => [.. Enumerable.Range(0, count).Select(i => ("opened", (string?)null, (double)i))];

        Assert.Equal(204, (await funnel.Report(null, "a1", Steps(50))).Status);
        Assert.Equal(422, (await funnel.Report(null, "a2", Steps(51))).Status);
        Assert.Equal("too-large", (await funnel.Raw(null, new string(' ', 16 * 1024 + 1))).Code);
    }

    [Fact]
    public async Task A_bad_pass_is_refused_rather_than_ignored()
    {
        await using var funnel = await Funnel.Open(Dialect.Sqlite);

        Assert.Equal("pass-not-valid", (await funnel.Report("x.y.z", "a1", ("opened", null, 1))).Code);
    }

    [Fact]
    public async Task One_address_cannot_flood_the_door()
    {
        await using var funnel = await Funnel.Open(Dialect.Sqlite);

        var last = 0;
        for (var i = 0; i <= AddressLimit.PerMinute; i++) last = (await funnel.Raw(null, "{")).Status;

        Assert.Equal(429, last);
    }

    [Fact]
    public void Addresses_of_one_IPv6_subscriber_count_as_one()
    {
        Assert.Equal(PerAddress.Subscriber(IPAddress.Parse("2001:db8:1:2::1")), PerAddress.Subscriber(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.NotEqual(PerAddress.Subscriber(IPAddress.Parse("2001:db8:1:2::1")), PerAddress.Subscriber(IPAddress.Parse("2001:db8:1:3::1")));
        Assert.Equal(PerAddress.Subscriber(IPAddress.Parse("192.0.2.1")), PerAddress.Subscriber(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.NotEqual(PerAddress.Subscriber(IPAddress.Parse("192.0.2.1")), PerAddress.Subscriber(IPAddress.Parse("192.0.2.2")));
    }

    [Theory, BothDialects]
    public async Task Whose_login_ended_names_no_visit_any_more_and_neither_does_a_pass_for_another_service(Dialect dialect)
    {
        await using var funnel = await Funnel.Open(dialect);
        var login = new LoginId(NewId.Random());
        var pass = funnel.Pass(login: login.ToString());
        Assert.Equal(204, (await funnel.Report(pass, "a1", ("lobby", null, 0))).Status);

        await funnel.EndLogin(login);

        Assert.Equal("pass-not-valid", (await funnel.Report(pass, "a1", ("connecting", null, 5))).Code);
        Assert.Equal("pass-not-valid", (await funnel.Report(funnel.Pass(audience: "signaling"), "a2", ("lobby", null, 0))).Code);
        Assert.Single(await funnel.Steps());
    }
}

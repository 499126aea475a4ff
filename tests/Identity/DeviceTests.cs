using Dapper;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using Npgsql;

namespace FirstRing.Tests.Identity;

public sealed class DeviceTests
{
    [Theory, BothDialects]
    public async Task The_first_device_owns_the_link_and_always_comes_back(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();

        var first = (await clinic.Enter(token)).Value!;
        var again = (await clinic.Enter(token, first.Device)).Value!;

        Assert.True(first.Identified && again.Identified);
        Assert.Equal(first.Device, again.Device);
        Assert.False(await clinic.Store.Holds(first.Device!));
        Assert.Equal(["bound", "resumed"], (await clinic.Store.Audited()).Where(row => row.Action == "enter-by-link").Select(row => row.Outcome));
    }

    [Theory, BothDialects]
    public async Task Two_devices_at_once_and_one_of_them_owns_it(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();

        var entered = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => clinic.Enter(token)));

        Assert.Single(entered, answer => answer.Value!.Identified);
    }

    [Fact]
    public async Task On_PostgreSQL_the_second_of_two_waits_for_the_first_to_be_decided()
    {
        await using var clinic = await Clinic.Open(Dialect.Postgres);
        clinic.Act();
        var token = await clinic.Link();
        await using var holder = new NpgsqlConnection(clinic.Store.ConnectionString);
        await holder.OpenAsync();
        await using var hold = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("SELECT 1 FROM links FOR UPDATE", transaction: hold);

        // Both have come as far as the link's row before either may go on.
        var both = new[] { clinic.Enter(token), clinic.Enter(token) };
        while (await clinic.Store.Store.ReadOne<long>("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'", null, default) < 2)
            await Task.Delay(20);
        await hold.CommitAsync();

        Assert.Single(await Task.WhenAll(both), answer => answer.Value!.Identified);
    }

    [Theory, BothDialects]
    public async Task Another_device_may_wait_but_is_nobody_until_it_gives_the_birth_date(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();
        await clinic.Enter(token);

        var other = (await clinic.Enter(token)).Value!;
        var wrong = await clinic.Prove(token, other.Device!, Clinic.BirthDate.AddDays(1));
        var stillNobody = (await clinic.Enter(token, other.Device)).Value!;
        var proven = (await clinic.Prove(token, other.Device!, Clinic.BirthDate)).Value!;
        var back = (await clinic.Enter(token, other.Device)).Value!;

        Assert.Equal((false, "false"), (other.Identified, (await clinic.Read(other.Pass))!.Claims["identified"]));
        Assert.DoesNotContain("patient", (await clinic.Read(other.Pass))!.Claims.Keys); // not even by an id
        Assert.Equal("birth-date-wrong", wrong.Refused?.Code);
        Assert.False(stillNobody.Identified);
        Assert.Equal((true, "true"), (proven.Identified, (await clinic.Read(proven.Pass))!.Claims["identified"]));
        Assert.Equal(clinic.Patient.ToString(), (await clinic.Read(proven.Pass))!.Claims["patient"]);
        Assert.True(back.Identified);
        Assert.Equal((clinic.Tenant.ToString(), clinic.Participant.ToString(), "patient"),
            (clinic.Records.LastCaller!.Tenant, clinic.Records.LastCaller.Actor, clinic.Records.LastCaller.Role));
    }

    [Theory, BothDialects]
    public async Task A_device_proven_for_one_link_is_nobody_on_another(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var (one, two) = (await clinic.Link("one"), await clinic.Link("two"));
        await clinic.Enter(one);
        await clinic.Enter(two);
        var device = (await clinic.Enter(one)).Value!.Device!;
        await clinic.Prove(one, device, Clinic.BirthDate);

        Assert.True((await clinic.Enter(one, device)).Value!.Identified);
        Assert.False((await clinic.Enter(two, device)).Value!.Identified);
    }

    [Theory, BothDialects]
    public async Task Five_tries_an_hour_and_records_is_not_asked_a_sixth_time(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link();
        await clinic.Enter(token);
        var device = (await clinic.Enter(token)).Value!.Device!;

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(day => clinic.Prove(token, device, Clinic.BirthDate.AddDays(day))));

        Assert.Equal((5, 3), (answers.Count(answer => answer.Refused?.Code == "birth-date-wrong"), answers.Count(answer => answer.Refused?.Code == "too-many-tries")));
        Assert.Equal("too-many-tries", (await clinic.Prove(token, device, Clinic.BirthDate)).Refused?.Code);
        Assert.Equal(5, clinic.Records.Asked);
        clinic.Store.Clock.Advance(TimeSpan.FromHours(1));
        Assert.NotNull((await clinic.Prove(token, device, Clinic.BirthDate)).Value);
        var rows = await clinic.Store.Audited();
        Assert.Equal((6, 4), (rows.Count(row => row is { Action: "try-birth-date", Outcome: "asked" }), rows.Count(row => row is { Action: "try-birth-date", Outcome: "too-many-tries" })));
        Assert.Null(await AuditChain.FirstBreak(clinic.Store.Store, default));
    }

    [Theory, BothDialects]
    public async Task Guests_enter_from_any_device(Dialect dialect)
    {
        await using var clinic = await Clinic.Open(dialect);
        clinic.Act();
        var token = await clinic.Link(role: VisitRole.Interpreter);
        await clinic.Enter(token);

        var other = (await clinic.Enter(token)).Value!;

        Assert.True(other.Identified);
        Assert.Equal("link-not-valid", (await clinic.Prove(token, other.Device!, Clinic.BirthDate)).Refused?.Code);
    }

    [Fact]
    public async Task A_device_secret_that_is_not_of_our_making_is_replaced()
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();
        var token = await clinic.Link();

        var entered = (await clinic.Enter(token, "guessable")).Value!;

        Assert.NotEqual("guessable", entered.Device);
        Assert.Equal(27, entered.Device!.Length);
    }

    [Theory]
    [InlineData(24, 12)]
    [InlineData(3, 3)]
    public async Task A_pass_ends_with_the_link_and_within_half_a_day(int linkHours, int passHours)
    {
        await using var clinic = await Clinic.Open(Dialect.Sqlite);
        clinic.Act();
        var pass = (await clinic.Enter(await clinic.Link(expires: clinic.Now + linkHours * Clinic.Hour))).Value!.Pass;

        var claims = (await clinic.Read(pass))!;
        Assert.Equal((clinic.Tenant.ToString(), clinic.Participant.ToString(), "patient"), (claims.Tenant, claims.Subject, claims.Role));
        Assert.Equal((clinic.Visit.ToString(), clinic.Call.ToString(), "true"), (claims.Claims["visit"], claims.Claims["call"], claims.Claims["identified"]));
        clinic.Store.Clock.Advance(TimeSpan.FromHours(passHours) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await clinic.Read(pass));
        clinic.Store.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await clinic.Read(pass));
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Contracts.Records;
using FirstRing.Contracts.Scheduling;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys;

/// <summary>A link comes too late, too early, from elsewhere, out of a scanner, or on a second device.</summary>
public sealed class Links(Platforms platforms)
{
    static readonly (string, string)[] Browser = [("Accept", "text/html")];

    [Fact]
    public async Task Unknown_forged_and_expired_links_are_turned_away_alike_and_an_early_one_waits_for_its_time()
    {
        var platform = await platforms.Of(Shape.Split);
        var visit = await platform.DemoVisit();
        using var raw = new Raw(platform.Door);
        var good = visit.Patient.AbsolutePath;
        var expired = await MakeLink(platform, visit, from: -3600, until: 2);
        var early = await MakeLink(platform, visit, from: 7200, until: 9000);
        await Task.Delay(2500);
        var forged = good[..^4] + (good.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        const string unknown = "/j/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

        var pages = new List<Said>();
        foreach (var path in (string[])[unknown, forged, expired, "/j/x", "/j/" + new string('y', 3000)])
        {
            pages.Add(await raw.Ask(HttpMethod.Get, path, headers: Browser));
            var entered = await raw.Ask(HttpMethod.Post, path + "/enter", "{}");
            Assert.Equal(("link-not-valid", 404), (entered.Code, entered.Status));
        }
        Assert.All(pages, page => Assert.Equal(pages[0], page));

        Assert.Equal("link-early", (await raw.Ask(HttpMethod.Post, early + "/enter", "{}")).Code);
        var waits = await raw.Ask(HttpMethod.Get, early, headers: Browser);
        Assert.Equal(200, waits.Status);
        Assert.Contains("data-join-state=\"early\"", waits.Body, StringComparison.Ordinal);

        // The same work for a link that never was as for one that was: reported, for a shared machine's clock proves nothing.
        var took = new Dictionary<string, List<double>> { [unknown] = [], [expired] = [] };
        for (var at = 0; at < 80; at++)
        {
            var path = at % 2 == 0 ? unknown : expired;
            var from = Stopwatch.GetTimestamp();
            await raw.Ask(HttpMethod.Get, path, headers: Browser);
            took[path].Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
        Figure.Print($"link GET, median of 40 in turns: unknown {took[unknown].Order().ElementAt(20):F2} ms, expired {took[expired].Order().ElementAt(20):F2} ms");
    }

    [Fact]
    public async Task A_pass_of_another_visit_opens_nothing_of_this_one()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var mine = await Visiting.InCall(platform);
        await Writing.Write(mine.Patient, mine.Clinician, "Only for us.");
        var other = await platform.DemoVisit();
        using var enter = new Raw(platform.Door);
        var pass = JsonDocument.Parse((await enter.Ask(HttpMethod.Post, other.Patient.AbsolutePath + "/enter", "{}")).Body).RootElement.GetProperty("pass").GetString()!;
        using var foreign = new Raw(platform.Door, pass);

        var (patient, clinician) = (await mine.Patient.Claims(), await mine.Clinician.Claims());
        foreach (var send in (string[])["admit", "deny", "remove"])
            Assert.NotNull((await foreign.Send(send, new { participant = patient.Sub })).Code);
        Assert.NotNull((await foreign.Send("end", new { })).Code);
        var log = string.Concat((await foreign.WholeLog()).Select(@event => @event.GetRawText()));
        Assert.DoesNotContain(patient.Sub, log, StringComparison.Ordinal);
        Assert.DoesNotContain(clinician.Sub, log, StringComparison.Ordinal);
        Assert.DoesNotContain("Only for us.", (await foreign.Ask(HttpMethod.Get, "/messages")).Body, StringComparison.Ordinal);

        // A pass whose claims were changed, and one signed by nobody.
        var parts = pass.Split('.');
        var swapped = (await mine.Patient.Pass()).Split('.');
        foreach (var bad in (string[])[$"{parts[0]}.{swapped[1]}.{parts[2]}", $"{parts[0]}.{parts[1]}.", $"eyJhbGciOiJub25lIn0.{swapped[1]}."])
            Assert.Equal(401, (await new Raw(platform.Door, bad).Ask(HttpMethod.Get, "/signal/poll")).Status);
        Assert.Equal("in-call", await mine.Patient.State());
    }

    [Fact]
    public async Task A_mail_scanner_looks_at_everything_and_neither_writes_nor_burns_anything()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        var visit = await platform.DemoVisit();
        using var raw = new Raw(platform.Door);
        await raw.Ask(HttpMethod.Get, visit.Patient.AbsolutePath, headers: Browser);
        await Task.Delay(1500); // what booking the visit set going has come to rest
        var before = await StoreRows.Count(platform.Data);
        Assert.NotEmpty(before);

        for (var at = 0; at < 5; at++)
        {
            Assert.Equal(200, (await raw.Ask(HttpMethod.Get, visit.Patient.AbsolutePath, headers: Browser)).Status);
            Assert.Equal(200, (await raw.Ask(HttpMethod.Head, visit.Patient.AbsolutePath, headers: Browser)).Status);
        }
        await using var scanner = await Party.Arrive("scanner", 3);
        await scanner.Page.GotoAsync(visit.Patient.ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        await Task.Delay(1000);
        var after = await StoreRows.Count(platform.Data);
        foreach (var (table, rows) in before)
            Assert.True(after[table] == rows || table.StartsWith("insights.", StringComparison.Ordinal), $"{table}: {rows} → {after[table]}");
        Assert.Empty(await scanner.Context.CookiesAsync());

        var entered = JsonDocument.Parse((await raw.Ask(HttpMethod.Post, visit.Patient.AbsolutePath + "/enter", "{}")).Body).RootElement;
        Assert.True(entered.GetProperty("identified").GetBoolean());
    }

    [Fact]
    public async Task A_second_device_may_wait_but_sees_nothing_of_the_person_until_the_birth_date()
    {
        var platform = await platforms.Of(Shape.Split);
        await using var visit = await Visiting.Open(platform);
        await using var first = await Party.Arrive("first-device", 2);
        await first.Open(visit.Visit.Patient);
        await first.Part("join").ClickAsync();
        await first.Reaches("waiting");
        using (var known = new Raw(platform.Door, await first.Pass())) Assert.Equal(200, (await known.Write("Said on my own phone.")).Status);

        await visit.Patient.Part("join").ClickAsync();
        await visit.Patient.Reaches("waiting");
        var birth = await BirthDate(platform, PassClaims.Read(await first.Pass()));
        await visit.Patient.Part("birth-date").WaitForAsync();
        Assert.False(await visit.Patient.Part("chat-open").IsVisibleAsync());
        using (var raw = new Raw(platform.Door, await visit.Patient.Pass()))
            Assert.DoesNotContain("own phone", (await raw.Ask(HttpMethod.Get, "/messages")).Body, StringComparison.Ordinal);

        await visit.Patient.Part("birth-date").FillAsync(Text(birth.AddDays(1)));
        await visit.Patient.Part("birth-date").PressAsync("Enter");
        await Eventually.True("a wrong date is said to be wrong", async () => (await visit.Patient.Page.Locator("#birth-error").InnerTextAsync()).Length > 5, visit.Patient.Describe);
        Assert.Equal("waiting", await visit.Patient.State());
        await visit.Patient.Part("birth-date").FillAsync(Text(birth));
        await visit.Patient.Part("birth-date").PressAsync("Enter");
        await Eventually.True("the birth date is not asked again", async () => !await visit.Patient.Part("birth-date").IsVisibleAsync(), visit.Patient.Describe);
        Assert.Equal("waiting", await visit.Patient.State());
        Assert.Empty(visit.Patient.Mistakes);
    }

    static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_same_device_comes_back_into_the_call_after_a_reload()
    {
        var platform = await platforms.Of(Shape.OneProcess);
        await using var visit = await Visiting.InCall(platform);
        await Writing.Write(visit.Patient, visit.Clinician, "Before the reload.");
        await visit.Patient.Page.ReloadAsync();
        await visit.Patient.Part("join").ClickAsync();
        await visit.Patient.Reaches("in-call");
        await visit.Patient.Sees(1, frames: 20);
        await visit.Clinician.Sees("the patient again", pictures => pictures.Any(picture => picture.Frames > 20));
        await visit.Patient.Hears(visit.Clinician);
        await visit.Clinician.Hears(visit.Patient);
        await Writing.Write(visit.Patient, visit.Clinician, "After the reload.");
        await visit.Patient.Page.GetByText("Before the reload.").WaitForAsync();
        visit.NothingWentWrong();
    }

    // A link to the same seat with other times, as scheduling would have it made.
    static async Task<string> MakeLink(RunningPlatform platform, DemoVisit demo, int from, int until)
    {
        using var raw = new Raw(platform.Door);
        var look = await platform.DemoVisit();
        var pass = PassClaims.Read(JsonDocument.Parse((await raw.Ask(HttpMethod.Post, look.Patient.AbsolutePath + "/enter", "{}")).Body).RootElement.GetProperty("pass").GetString()!);
        var now = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / 10;
        var tenant = TenantId.Parse(pass.Tenant, null);
        var booked = (await Inside.Client<ISchedulingClient>(platform, "scheduling", "web", pass.Tenant).GetVisit(new GetVisit(tenant, VisitId.Parse(demo.Visit, null)), CancellationToken.None)).Value!;
        var patient = booked.Participants.Single(one => one.Role == VisitRole.Patient);
        var made = await Inside.Client<IIdentityClient>(platform, "identity", "web", pass.Tenant, booked.Clinician.ToString()).CreateLink(new CreateLink(Guid.NewGuid().ToString("N"), tenant, booked.Id,
            booked.Call, patient.Id, VisitRole.Patient, patient.Patient, now + from * 1_000_000L, now + until * 1_000_000L), CancellationToken.None);
        return made.Value is { } link ? $"/j/{link.Token}" : throw new InvalidOperationException($"No link: {made.Refused}");
    }

    static async Task<DateOnly> BirthDate(RunningPlatform platform, PassClaims pass)
    {
        var tenant = TenantId.Parse(pass.Tenant, null);
        var booked = (await Inside.Client<ISchedulingClient>(platform, "scheduling", "web", pass.Tenant).GetVisit(new GetVisit(tenant, VisitId.Parse(pass.Visit, null)), CancellationToken.None)).Value!;
        var patient = (await Inside.Client<IRecordsClient>(platform, "records", "web", pass.Tenant, booked.Clinician.ToString()).GetPatient(new GetPatient(tenant, booked.Patient), CancellationToken.None)).Value!;
        return patient.BirthDate.Reveal;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using FirstRing.Contracts;
using FirstRing.Contracts.Records;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Leaks;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;
using Microsoft.Playwright;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>A whole visit in which everything that identifies or narrates is a marker, with faults on the way; then every place where something can be left is searched for them.</summary>
public sealed class LeaksNothing(Platforms platforms)
{
    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.SplitPostgres)]
    public async Task A_visit_with_faults_leaves_no_marker_in_any_sink(Shape shape)
    {
        Slow.OnlyWithAll(shape != Shape.OneProcess);
        using var folder = new TempFolder();
        await using var platform = await platforms.Start(shape, folder.At("temporary"));
        var planted = new Planted();
        var since = TimeProvider.System.GetUtcNow().UtcDateTime;
        string visit;
        List<string> told = [];
        List<Swept> swept = [];
        (long Captured, long Dropped) packets;
        await using var relay = new TcpRelay(platform.Door);
        await using (var capture = await Capture.Loopback(Path.Combine(Directory.CreateDirectory(folder.At("packets")).FullName, "loopback.pcap")))
        {
            (visit, var whileUploading) = await Visit(platform, relay, planted, folder, told);
            told.AddRange(await Health(platform));
            packets = await capture.Stop();
            swept.Add(whileUploading(Search(planted, visit, platform, relay)));
        }
        await BackUp(platform, folder);
        if (!platform.Split) await Crash(platform.Pid);

        var from = Stopwatch.GetTimestamp();
        var search = Search(planted, visit, platform, relay);
        Assert.True(planted.All.Count >= 40 && search.Encodings >= 12, $"{planted.All.Count} markers, {search.Encodings} encodings");
        Assert.True(packets.Captured > 1_000, $"{packets}");
        swept.AddRange([
            Sees(search.Lines("logs of every process", platform.Lines), "ready https://"),
            Sees(search.Folder("data folder: stores, write-ahead logs, queues, objects", platform.Data), platform.Postgres is null ? visit : "BEGIN CERTIFICATE"),
            search.Folder("backup", folder.At("backup")),
            search.Folder("temporary files", folder.At("temporary")),
            Sees(search.Folder("packets", folder.At("packets")), "localhost"),
            Sees(search.Folder("profile of the patient's browser", folder.At("patient")), relay.Door.Authority),
            Sees(search.Folder("profile of the clinician's browser", folder.At("clinician")), platform.Door.Authority),
            search.Folder("the machine's temporary folder", Path.GetTempPath(), since, but: file => Ours(file, platform, folder)),
            Sees(search.Lines("health, readiness and problems", told), "not-found"),
        ]);
        Assert.True(swept.Single(sink => sink.Sink == "backup").Bytes > 50_000, "the backup was not searched");
        if (platform.Postgres is null) swept.Add(Sees(search.Folder("what a restore makes of the backup", folder.At("restored")), visit));
        if (platform.Postgres is not null)
        {
            var cluster = await PostgresCluster.Shared;
            swept.Add(Sees(search.Folder("PostgreSQL: tables, write-ahead log, server log", cluster.Folder), visit));
            var databases = await cluster.OfPlatforms();
            Assert.Contains("firstring_records", databases);
            foreach (var database in databases) swept.Add(await search.Rows($"rows of {database}", cluster.ConnectionTo(database)));
        }
        var took = Stopwatch.GetElapsedTime(from);

        Assert.True(swept.Sum(sink => sink.Leaks.Count) == 0, string.Join('\n', swept.SelectMany(sink => sink.Leaks.Take(20).Select(leak => $"{sink.Sink}: {leak}"))));
        Assert.Empty(swept.SelectMany(sink => sink.Unread));
        Assert.Empty(Dumps.In(since, platform.Data, folder.Path, Environment.CurrentDirectory, Repository.Root, Path.GetTempPath()));
        Figure.Print($"canary, {shape}: {planted.All.Count} markers x {search.Encodings} encodings, {swept.Count} sinks, {swept.Sum(sink => sink.Bytes) / 1e6:F0} MB searched in {took.TotalSeconds:F1} s, {packets.Captured} packets ({packets.Dropped} unseen), 0 hits");
    }

    static LeakSearch Search(Planted planted, string visit, RunningPlatform platform, TcpRelay relay) =>
        new(planted.All, visit, "BEGIN CERTIFICATE", "ready https://", "localhost", platform.Door.Authority, relay.Door.Authority, "not-found");

    static Swept Sees(Swept swept, string control)
    {
        Assert.True(swept.Seen.Contains(control), $"{swept.Sink} was not searched: {control} is not in its {swept.Bytes} bytes");
        return swept;
    }

    static bool Ours(string file, RunningPlatform platform, TempFolder folder) =>
        file.StartsWith(folder.Path, StringComparison.Ordinal) || file.StartsWith(platform.Data, StringComparison.Ordinal) || file.Contains("firstring-pg-", StringComparison.Ordinal);

    static async Task<(string Visit, Func<LeakSearch, Swept> WhileUploading)> Visit(RunningPlatform platform, TcpRelay relay, Planted planted, TempFolder folder, List<string> told)
    {
        await using var clinician = await Party.Arrive("clinician", 0, profile: folder.At("clinician"));
        await using var patient = await Party.Arrive("patient", 1, profile: folder.At("patient"));
        await clinician.Open((await platform.DemoVisit()).Clinician);
        var (link, born, visit) = await Book(platform, clinician, planted);

        await patient.Open(new Uri(relay.Door, link.PathAndQuery));
        await patient.Part("join").ClickAsync();
        await patient.Reaches("waiting");
        await clinician.Part("admit").First.ClickAsync();
        await patient.Reaches("in-call");
        await clinician.Reaches("in-call");
        await Writing.Write(patient, clinician, planted.Text("what the patient writes", "Bolí mě na hrudi „{0}“ & <hůř> v noci"));
        await Writing.Write(clinician, patient, planted.Text("what the clinician writes", "Seit wann haben Sie {0}, Frau Müller-Weiß?"));
        await patient.Sees(1, frames: 20);

        Assert.True(relay.Cut() > 0);
        await Writing.Write(clinician, patient, planted.Text("what is written while the line is down", "Sağlık: {0}"));
        await patient.Reaches("in-call");

        await AnotherDevice(platform, link, born, planted);
        var login = (await clinician.Context.CookiesAsync()).Single(cookie => cookie.Name == "__Host-login").Value;
        using var raw = new Raw(platform.Door, await patient.Pass());
        await Pictures(raw, planted, told);
        await using (await RefusingStores.Of(platform, ("messaging", "messages"), ("records", "patients")))
        {
            var refused = await raw.Write(planted.Text("what a store refuses", "Nemohu dýchat {0}"));
            Assert.True(refused.Status >= 500, $"{refused}");
            var form = new Dictionary<string, string> { ["given"] = planted.Text("a given name that a store refuses"), ["family"] = planted.Text("a family name that a store refuses"), ["born"] = Iso(planted.Day("a birth date that a store refuses")) };
            using var encoded = new FormUrlEncodedContent(form);
            var booked = await raw.Ask(HttpMethod.Post, "/clinic/visits", await encoded.ReadAsStringAsync(), "application/x-www-form-urlencoded", headers: ("Cookie", $"__Host-login={login}"));
            Assert.True(booked.Status >= 500, $"{booked.Status}");
            told.AddRange([refused.Body, booked.Body]);
        }
        if (platform.Split)
        {
            var messaging = (await platform.Ps())["messaging"];
            await Crash(messaging);
            await Eventually.True("messaging is back", async () => (await platform.Ps()).TryGetValue("messaging", out var now) && now != messaging && (await raw.Ask(HttpMethod.Get, "/messages")).Status == 200);
        }
        told.AddRange(await BadInput.At(platform, planted, await patient.Pass(), login));
        var whileUploading = await Uploading(platform, planted, folder);
        await Writing.Write(patient, clinician, planted.Text("what is written after all that", "Děkuji {0}"));

        await patient.Part("chat-input").FillAsync(planted.Text("what the patient began to write", "A ještě {0}"));
        await clinician.Part("chat-input").FillAsync(planted.Text("what the clinician began to write", "Diagnose {0}"));
        await Task.Delay(3_000); // a browser saves what it would restore every few seconds
        await clinician.Part("end-visit").ClickAsync();
        await Task.Delay(700); // a double click must not end a visit
        await clinician.Part("end-visit").ClickAsync();
        await patient.Reaches("ended");
        await clinician.Open(new Uri(platform.Door, "/clinic"));
        await clinician.Page.Locator("form[action='/sign-out'] button").ClickAsync();
        await clinician.Page.Locator("[data-test=passkey-sign-in]").WaitForAsync();
        Assert.Empty(patient.Mistakes);
        Assert.Empty(clinician.Mistakes);
        return (visit, whileUploading);
    }

    // First with what cannot be, then as it is; and a patient with telephone and address, as a system beside us would enter one.
    static async Task<(Uri Link, DateOnly Born, string Visit)> Book(RunningPlatform platform, Party clinician, Planted planted)
    {
        var page = clinician.Page;
        await clinician.Open(new Uri(platform.Door, "/clinic"));
        await Fill(planted.Text("a mistyped given name", "Žofía{0}"), planted.Text("a family name that is too long", "{0}" + new string('n', 90)), Iso(planted.Day("a birth date that cannot be").AddYears(200)));
        await page.Locator("[role=alert]").First.WaitForAsync();
        var (family, born) = (planted.Text("the family name", "O’Brien-Čapková {0}"), planted.Day("the birth date"));
        await Fill(planted.Text("the given name", "Zoë Łucja {0}"), family, Iso(born));
        var link = new Uri(await page.Locator("#made-link").InputValueAsync());

        var tenant = TenantId.Parse((await Entered(platform, link)).Tenant, null);
        var made = await Inside.Client<IRecordsClient>(platform, "records", "web", tenant.ToString()).CreatePatient(new CreatePatient(planted.Text("an idempotency key", "key-{0}-0123456789"), tenant,
            new(planted.Text("another given name", "José {0}")), new(planted.Text("another family name", "Nuñez {0}")), new(planted.Day("another birth date")),
            new Phi<string>(planted.Digits("a telephone number", "+420", 11)), new Phi<string>(planted.Text("an e-mail address", "jose.{0}@example.org"))), CancellationToken.None);
        Assert.NotNull(made.Value);

        var row = page.Locator("li.visit", new PageLocatorOptions { HasText = family });
        var visit = (await row.GetAttributeAsync("data-visit"))!;
        await row.Locator("a.main").ClickAsync();
        await page.GetByText(family).First.WaitForAsync();
        return (link, born, visit);

        async Task Fill(string given, string last, string day)
        {
            // More than the page itself would let through.
            await page.EvaluateAsync("document.querySelectorAll('#new-form [maxlength]').forEach(input => input.removeAttribute('maxlength'))");
            await page.Locator("#new-given").FillAsync(given);
            await page.Locator("#new-family").FillAsync(last);
            await page.Locator("#new-born").FillAsync(day);
            await page.Locator("#new-form button").ClickAsync();
        }
    }

    static async Task<PassClaims> Entered(RunningPlatform platform, Uri link)
    {
        // A visit of the same clinic: the link at hand must keep its first device.
        using var raw = new Raw(platform.Door);
        var look = await platform.DemoVisit();
        var said = await raw.Ask(HttpMethod.Post, look.Patient.AbsolutePath + "/enter", "{}");
        Assert.Equal((200, link.Host), (said.Status, look.Patient.Host));
        return PassClaims.Read(System.Text.Json.JsonDocument.Parse(said.Body).RootElement.GetProperty("pass").GetString()!);
    }

    static async Task AnotherDevice(RunningPlatform platform, Uri link, DateOnly born, Planted planted)
    {
        using var http = DoorTrust.Client(platform.Door);
        using var entered = await Post("/enter", "{}", null);
        var cookie = entered.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        foreach (var (body, status) in ((string, HttpStatusCode)[])
            [
                ($"{{\"birthDate\":\"{Iso(planted.Day("a wrong birth date"))}\"}}", HttpStatusCode.Forbidden),
                ($"{{\"birthDate\":\"{born:dd.MM.yyyy}\"}}", HttpStatusCode.UnprocessableEntity),
                ($"{{\"birthDate\":\"{Iso(born)}\"", HttpStatusCode.BadRequest),
                ($"{{\"birthDate\":\"{Iso(born)}\"}}", HttpStatusCode.OK),
            ])
        {
            using var answer = await Post("/birth-date", body, cookie);
            Assert.True(answer.StatusCode == status, $"{answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        async Task<HttpResponseMessage> Post(string path, string body, string? with)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, link.AbsolutePath + path) { Version = HttpVersion.Version20, Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", planted.Text($"an idempotency key of {path}", "{0}-{0}-{0}"));
            if (with is not null) request.Headers.Add("Cookie", with);
            return await http.SendAsync(request);
        }
    }

    // What a phone writes into a photo, what a program writes into a screenshot, what a device calls them; and files that are refused.
    static async Task Pictures(Raw patient, Planted planted, List<string> told)
    {
        foreach (var file in (byte[][])[PlantedFiles.PhotoThatTells(planted.Text("what a photo tells", "{0}, 48.2082 N")), PlantedFiles.ScreenshotThatTells(planted.Text("what a screenshot tells"))])
        {
            var (said, id) = await patient.Attach(file, planted.Text("the name of a picture", "Mateřské znaménko {0}.jpg"));
            Assert.True(id is not null, $"{said}");
            Assert.Equal(200, (await patient.Ask(HttpMethod.Get, $"/messages/files/{id}")).Status);
        }
        foreach (var file in (byte[][])[System.Text.Encoding.UTF8.GetBytes(planted.Text("a drawing", "<svg><text>{0}</text></svg>")), PlantedFiles.PhotoThatTells(planted.Text("what a broken photo tells"))[..^300]])
        {
            var (said, _) = await patient.Attach(file, planted.Text("the name of a file that is refused", "{0}.jpg"));
            Assert.True(said.Status == 422, $"{said}");
            told.Add(said.Body);
        }
    }

    // While a large form is still on its way, nothing of it may lie on the disk: who kills the process then would leave it there.
    static async Task<Func<LeakSearch, Swept>> Uploading(RunningPlatform platform, Planted planted, TempFolder folder)
    {
        using var http = DoorTrust.Client(platform.Door);
        using var upload = new Upload("email", planted.Text("the name of a large file", "{0}.jpg"), string.Join('\n', Enumerable.Repeat(planted.Text("the content of a large file", "Befund: {0}"), 20_000)));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Version = HttpVersion.Version20, Content = upload };
        var answer = http.SendAsync(request);
        await Task.WhenAny(upload.Sent, answer);
        await Task.Delay(500);
        var kept = folder.At("kept");
        await Repository.Run("cp", "-r", folder.At("temporary"), kept);
        upload.Finish();
        using var said = await answer;
        Assert.True((int)said.StatusCode is >= 400 and < 500, $"{said.StatusCode}");
        return search => search.Folder("temporary files while a large form arrives", kept);
    }

    static async Task<List<string>> Health(RunningPlatform platform)
    {
        using var raw = new Raw(platform.Door);
        var told = new List<string>();
        foreach (var path in (string[])["/healthz", "/readyz", "/metrics", "/nowhere"]) told.Add((await raw.Ask(HttpMethod.Get, path)).Body);
        return told;
    }

    static async Task BackUp(RunningPlatform platform, TempFolder folder)
    {
        string[] store = platform.Postgres is { } url ? ["--postgres", url] : [];
        await Ends(["backup", "--data", platform.Data, "--to", folder.At("backup"), .. store]);
        if (platform.Postgres is not null) return;
        var restored = Directory.CreateDirectory(folder.At("restored")).FullName;
        Assert.Equal(0, (await Repository.Run("cp", "-a", Path.Combine(platform.Data, "keys"), restored)).Code);
        await Ends(["restore", "--from", folder.At("backup"), "--data", restored]);

        static async Task Ends(string[] words)
        {
            var (code, told, errors) = await Repository.Run(await Repository.Server, words);
            Assert.True(code == 0, told + errors);
        }
    }

    static async Task Crash(int pid)
    {
        await Eventually.True("it crashed", async () =>
        {
            await RunningPlatform.Signal("ABRT", pid);
            return !Directory.Exists($"/proc/{pid}") || (await File.ReadAllTextAsync($"/proc/{pid}/stat")).Contains(") Z ", StringComparison.Ordinal);
        });
    }

    static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

using FirstRing.Host;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace FirstRing.Tests.Shapes;

/// <summary>One process and a fleet of them: the same doors, all there, all gone afterwards.</summary>
public sealed class BothShapes
{
    [Theory]
    [InlineData(false, Dialects.Sqlite)]
    [InlineData(true, Dialects.Sqlite)]
    [InlineData(true, Dialects.Postgres)]
    public async Task It_starts_says_ready_makes_a_visit_and_leaves_no_process_on_SIGTERM(bool split, Dialects store)
    {
        Slow.OnlyWithAll(split && store == Dialects.Sqlite); // many another test starts a fleet on SQLite
        var platform = await RunningPlatform.Start(split, store == Dialects.Postgres ? (await PostgresCluster.Shared).Url : null);
        var data = platform.Data;
        try
        {
            var running = await platform.Ps();
            Assert.Equal(split ? Targets.Split.Order() : [Targets.All], running.Keys.Order());
            Assert.Equal(running.Count, running.Values.Distinct().Count());
            Assert.All(running.Values, pid => Assert.True(Directory.Exists($"/proc/{pid}")));

            using var raw = new Raw(platform.Door);
            Assert.Equal(200, (await raw.Ask(HttpMethod.Get, "/healthz")).Status);
            var ready = await raw.Ask(HttpMethod.Get, "/readyz");
            Assert.Equal(200, ready.Status);
            Assert.All(ModuleTable.Rows, row => Assert.Contains($"\"{row.Name}\":\"ready\"", ready.Body, StringComparison.Ordinal));

            var visit = await platform.DemoVisit();
            Assert.Equal(200, (await raw.Ask(HttpMethod.Get, visit.Patient.PathAndQuery, headers: ("Accept", "text/html"))).Status);
            Assert.Contains(platform.Lines, line => line.Contains("DEMO", StringComparison.Ordinal));
            Assert.DoesNotContain(platform.Lines, line => line.Contains(visit.Patient.AbsolutePath, StringComparison.Ordinal));
        }
        finally
        {
            Assert.Empty(await platform.Stop());
            Assert.False(File.Exists(Path.Combine(data, "run.json")));
            Assert.Equal(0, platform.ExitCode);
            await platform.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_supervisor_that_is_killed_takes_its_fleet_with_it()
    {
        await using var platform = await RunningPlatform.Start(split: true);
        var fleet = (await platform.Ps()).Values;
        await RunningPlatform.Signal("KILL", platform.Pid);
        await Eventually.True("every target is gone", () => Task.FromResult(fleet.All(pid => !Directory.Exists($"/proc/{pid}"))), () => Task.FromResult(platform.Log));
    }

    [Fact]
    public async Task Contract_routes_do_not_exist_at_the_public_door()
    {
        foreach (var split in (bool[])[false, true])
        {
            await using var platform = await RunningPlatform.Start(split);
            using var raw = new Raw(platform.Door);
            foreach (var row in ModuleTable.Rows)
                foreach (var path in (string[])[$"/contract/{row.Name}/events", $"/contract/{row.Name}/get-visit", $"/Contract/{row.Name}/events", $"//contract/{row.Name}/events"])
                {
                    var said = await raw.Ask(HttpMethod.Post, path, "{}", headers: ("FirstRing-Role", "service"));
                    Assert.True(said.Status is 404 or 405, $"{path}: {said.Status}");
                }
            await AnswersBeforeTheEnd(platform.Door);
        }
    }

    // A target may answer before it has read the body, and need not read it: its answer is whole all the same.
    static async Task AnswersBeforeTheEnd(Uri door)
    {
        using var http = DoorTrust.Client(door);
        for (var number = 0; number < 20; number++)
        {
            using var body = new HeldBody();
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door, "/nothing/here")) { Version = new Version(2, 0), Content = body };
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            body.Release();
            Assert.True((int)answer.StatusCode is 404 or 405, $"before the end of the body: {(int)answer.StatusCode}");
        }
    }

    /// <summary>Sends its first bytes, and the rest only when it is let go.</summary>
    sealed class HeldBody : HttpContent
    {
        readonly TaskCompletionSource _let = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _let.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync("{"u8.ToArray());
            await stream.FlushAsync();
            await _let.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            Release();
            base.Dispose(disposing);
        }
    }

    [Fact]
    public async Task The_inside_of_either_shape_answers_only_who_holds_a_service_s_certificate()
    {
        foreach (var split in (bool[])[false, true])
        {
            await using var platform = await RunningPlatform.Start(split);
            using var known = Inside.Http(platform.Data, "media", "signaling");
            Assert.True((await known.GetAsync("/healthz")).IsSuccessStatusCode);
            using var unknown = Inside.Http(platform.Data, "media", null);
            await Assert.ThrowsAsync<HttpRequestException>(() => unknown.GetAsync("/healthz"));
            await Eventually.True("the log says so", () => Task.FromResult(platform.Lines.Any(line => line.Contains("peer-not-trusted", StringComparison.Ordinal))));
        }
    }
}

/// <summary>Where the stores lie.</summary>
public enum Dialects { Sqlite, Postgres }

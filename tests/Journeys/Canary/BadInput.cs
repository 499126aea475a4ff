using System.Net;
using System.Text;
using System.Text.Json;
using FirstRing.Tests.Harness.Leaks;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>Markers wherever somebody can put one by mistake or on purpose: headers, paths, queries, broken and unknown bodies, frames, forms with files.</summary>
internal static class BadInput
{
    static readonly string[] Headers = ["User-Agent", "Referer", "Accept-Language", "X-Forwarded-For", "X-Request-Id", "Cookie", "Last-Event-ID", "traceparent", "Idempotency-Key", "From", "X-HTTP-Method-Override"];

    /// <summary>Returns what the doors answered, for it to be searched too.</summary>
    public static async Task<List<string>> At(RunningPlatform platform, Planted planted, string pass, string login)
    {
        var door = platform.Door;
        var answers = new List<string>();
        using var nobody = new Raw(door);
        using var patient = new Raw(door, pass);

        foreach (var name in Headers) await Ask(nobody, HttpMethod.Get, "/", headers: (name, planted.Text($"the header {name}")));
        await Ask(nobody, HttpMethod.Post, "/sign-in", "email=x&password=y", "application/x-www-form-urlencoded", ("Origin", $"https://{planted.Text("the header Origin")}.example"));
        await Ask(nobody, HttpMethod.Get, "/signal/poll", headers: ("Authorization", $"Bearer {planted.Text("a bearer token")}"));

        foreach (var path in (string[])["/j/{0}", "/nowhere/{0}", "/demo/sign-in/{0}", "/contract/records/{0}", "/assets/{0}", "/clinic/visits/{0}", "/%2e%2e/{0}"])
            await Ask(nobody, HttpMethod.Get, Place(path, planted.Text($"the path {path}")));
        foreach (var path in (string[])["/?name={0}", "/sign-in?to=/clinic/{0}", "/messages?after={0}", "/signal/events?cursor={0}", "/healthz?{0}", "/readyz?{0}", "/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA?born={0}"])
            await Ask(patient, HttpMethod.Get, Place(path, planted.Text($"the query {path}")));
        foreach (var path in (string[])["/clinic/visits/{0}", "/clinic/visits/{0}/end", "/clinic/visits/{0}/link", "/clinic/visits/{0}/enter", "/clinic?q={0}", "/admin/vendors/{0}"])
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
                await Ask(nobody, method, Place(path, planted.Text($"{method} {path} by staff")), method == HttpMethod.Post ? "role=x" : null, "application/x-www-form-urlencoded", ("Cookie", $"__Host-login={login}"));

        foreach (var path in (string[])["/signal/send", "/messages", "/insights/join", "/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA/birth-date"])
            foreach (var (kind, body) in (IEnumerable<(string, string)>)[("JSON that ends early", "{{\"text\":\"{0}"), ("JSON of another type", "{{\"id\":{{\"{0}\":1}},\"t\":[\"{0}\"]}}"),
                ("an unknown member", "{{\"fileName\":\"{0}.jpg\"}}"), ("no JSON", "{0}"), ("a wrong birth date", "{{\"birthDate\":\"{0}\"}}"), ("a number that is none", "{{\"at\":1e{0}}}")])
                await Ask(patient, HttpMethod.Post, path, string.Format(null, CompositeFormat.Parse(body), planted.Text($"{kind} to {path}")));
        await Ask(nobody, HttpMethod.Post, "/sign-in", $"email={planted.Text("an e-mail address at sign-in", "jana.{0}@example.org")}&password={planted.Text("a password")}&to={planted.Text("where to go after")}", "application/x-www-form-urlencoded");
        await Ask(nobody, HttpMethod.Post, "/messages", $"{{\"text\":\"{planted.Text("a message without a pass")}\"}}");

        await Sends(patient, planted, answers);
        await Frames(patient, planted, pass);
        await Files(platform, planted, login, answers);
        return answers;

        async Task Ask(Raw raw, HttpMethod method, string path, string? body = null, string type = "application/json", params (string, string)[] headers)
        {
            var said = await raw.Ask(method, path, body, type, headers: headers);
            if (path.StartsWith("/readyz", StringComparison.Ordinal)) return; // it may well not be ready after a crash
            if (said.Status >= 500) await Task.Delay(1_000); // its log line is on its way
            Assert.True(said.Status < 500, $"{method} {path.Split('?')[0]} → {said.Status} {said.Code}\n{platform.Log}");
            if (said.Type == "application/problem+json") answers.Add(said.Body);
        }
    }

    static string Place(string path, string text) => string.Format(null, CompositeFormat.Parse(path), Uri.EscapeDataString(text));

    static async Task Sends(Raw patient, Planted planted, List<string> answers)
    {
        var sdp = $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns={planted.Text("the name of an SDP session")}\r\ni={planted.Text("the information in an SDP")}\r\nt=0 0\r\na=msid:{planted.Text("an SDP attribute")} x\r\n";
        foreach (var said in (Said[])
            [
                await patient.Send("answer", new { generation = 1, sdp }),
                await patient.Send(planted.Text("the type of a send"), new { }),
                await patient.Send("admit", new { participant = planted.Text("a participant that is none") }),
                await patient.Send("media", new { audio = planted.Text("a flag that is none") }),
                await patient.Ask(HttpMethod.Post, "/signal/send", JsonSerializer.Serialize(new { id = planted.Text("the id of a send"), t = "ping", p = new { } })),
                await patient.Write(planted.Text("a message that is too long", "{0}" + new string('x', 5_000))),
                await patient.Write(planted.Text("a message with a control character", "{0}\u0007")),
                await patient.Ask(HttpMethod.Post, "/messages", new string('[', 40_000) + planted.Text("a body that is too large")),
                await patient.Ask(HttpMethod.Post, "/insights/join", JsonSerializer.Serialize(new
                {
                    attempt = planted.Text("an attempt to join"), side = planted.Text("a side"), release = planted.Text("a release"),
                    steps = new[] { new { state = planted.Text("a state"), ms = 1, reason = planted.Text("a reason", "it is {0}") } },
                })),
            ])
            if (said.Type == "application/problem+json") answers.Add(said.Body); // an acknowledgement names the send that it is for
    }

    static async Task Frames(Raw patient, Planted planted, string pass)
    {
        byte[] Hello(string with, string? cursor) => JsonSerializer.SerializeToUtf8Bytes(new { hello = new { pass = with, cursor } });
        await patient.Socket([Hello(planted.Text("a pass that is none"), null)], _ => false);
        await patient.Socket([Hello(pass, planted.Text("a cursor"))], frames => frames.Count > 0);
        await patient.Socket([Hello(pass, null), Encoding.UTF8.GetBytes(planted.Text("a frame that is no JSON")),
            Encoding.UTF8.GetBytes($"{{\"id\":\"{planted.Text("the id of a frame")}\",\"t\":\"nothing\"}}")], frames => frames.Count(frame => frame.Contains("refused", StringComparison.Ordinal)) >= 2);
    }

    // A file where no file is asked for, with a name, in forms that exist and in some that do not.
    static async Task Files(RunningPlatform platform, Planted planted, string login, List<string> answers)
    {
        using var http = DoorTrust.Client(platform.Door);
        foreach (var path in (string[])["/sign-in", "/clinic/visits", "/j/AAAAAAAAAAAAAAAAAAAAAAAAAAA", "/messages"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20 };
            request.Headers.Add("Cookie", $"__Host-login={login}");
            request.Content = new MultipartFormDataContent
            {
                { new StringContent(planted.Text($"a field of a form to {path}")), planted.Text($"the name of a field to {path}") },
                { new ByteArrayContent(Encoding.UTF8.GetBytes(planted.Text($"the content of a file to {path}"))), "file", planted.Text($"the name of a file to {path}", "{0}.pdf") },
            };
            using var response = await http.SendAsync(request);
            Assert.True((int)response.StatusCode < 500, $"{path} → {response.StatusCode}\n{platform.Log}");
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json") answers.Add(await response.Content.ReadAsStringAsync());
        }
    }
}

using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text.Json;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Doors;

public sealed class BadInput
{
    const int Barred = 4401, NoHello = 4400, Replaced = 4409;

    static async Task<int?> CloseOf(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await Page.ReadText(socket, patience.Token) is not null) { }
        return (int?)socket.CloseStatus;
    }

    [Fact]
    public async Task A_forged_expired_or_foreign_pass_opens_no_door()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient"));
        using (var response = await page.Get(street.Node, "/signal/poll")) Assert.Equal(200, (int)response.StatusCode);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var good = street.Someone("patient");
        var foreign = new TenantId(NewId.Random()).ToString();
        foreach (var bad in new[]
        {
            street.Someone("clinician", key: stranger), street.Someone("patient", life: TimeSpan.FromSeconds(-2)), street.Someone("patient", tenant: foreign),
            street.Someone("patient", call: "call_1"), street.Someone("administrator"), good with { Pass = good.Pass[..^4] + "AAAA" }, good with { Pass = "" }, good with { Pass = new string('a', 4000) },
        })
        {
            using var tried = new Page(bad);
            foreach (var path in new[] { "/signal/poll", "/signal/events" })
            {
                using var response = await tried.Get(street.Node, path);
                Assert.Equal(401, (int)response.StatusCode);
            }
            // A foreign clinic's pass is a good one as such: it is in no such call.
            Assert.Contains(await tried.Send(street.Node, "join"), new[] { "pass-not-valid", "not-admitted" });
            using var socket = await tried.Hello(street.Node);
            Assert.Equal(Barred, await CloseOf(socket));
        }
        Assert.Single(await street.Node.Store.ReadList<string>("SELECT participant FROM participants", null, default));
    }

    [Fact]
    public async Task A_pass_that_expires_ends_every_transport()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient", life: TimeSpan.FromSeconds(3)));
        using var socket = await page.Hello(street.Node);
        var events = page.Listen("sse", street.Node, default);
        Assert.Contains("welcome", await Page.ReadText(socket));
        Assert.Equal(Barred, await CloseOf(socket));
        await events.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("pass-not-valid", await page.Send(street.Node, "ping"));
    }

    [Fact]
    public async Task Frames_that_are_no_hello_no_text_or_too_large_end_the_socket_with_their_own_code()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient"));
        foreach (var first in new[] { "", "{", "[]", "null", "{\"hello\":null}", "{\"hello\":7}", new string('[', 1000) })
        {
            using var socket = await Page.Open(street.Node, default);
            await Page.SendText(socket, first);
            Assert.Equal(NoHello, await CloseOf(socket));
        }
        using (var socket = await page.Hello(street.Node))
        {
            await socket.SendAsync(new byte[10], WebSocketMessageType.Binary, true, default);
            Assert.Equal((int)WebSocketCloseStatus.InvalidMessageType, await CloseOf(socket));
        }
        using (var socket = await page.Hello(street.Node))
        {
            await Page.SendText(socket, new string('x', 65_537));
            Assert.Equal((int)WebSocketCloseStatus.MessageTooBig, await CloseOf(socket));
        }
        using (var socket = await page.Hello(street.Node))
        {
            // The largest frame that is still one.
            var frame = """{"id":"a","t":"ping","p":{"x":"~"}}""";
            await Page.SendText(socket, frame.Replace("~", new string('x', 65_536 - frame.Length + 1)));
            Assert.Contains("welcome", await Page.ReadText(socket));
            Assert.Equal("""{"ack":"a"}""", await Page.ReadText(socket));
        }
    }

    [Fact]
    public async Task What_is_no_send_is_refused_by_a_stable_code_and_the_transport_lives_on()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("clinician"));
        using var socket = await page.Hello(street.Node);
        Assert.Contains("welcome", await Page.ReadText(socket));
        foreach (var (text, code) in new[]
        {
            ("{", "bad-json"), ("[]", "bad-json"), ("null", "bad-json"), ("7", "bad-json"), ("{\"id\":7}", "bad-json"), ("{\"id\":\"\\ud800\",\"t\":\"join\"}", "bad-json"),
            ("{}", "send-not-valid"), ("""{"id":"","t":"join"}""", "send-not-valid"), ("""{"id":"a","t":"dance","p":{}}""", "send-not-valid"), ("""{"id":"a b","t":"join"}""", "send-not-valid"),
            ("{\"id\":\"a\\u0000\",\"t\":\"join\"}", "send-not-valid"), ("""{"id":"a","t":"admit","p":{}}""", "send-not-valid"), ("""{"id":"a","t":"admit","p":{"participant":"x\u0000"}}""", "send-not-valid"),
            ("""{"id":"a","t":"answer","p":{"generation":"1"}}""", "send-not-valid"), ("""{"id":"a","t":"answer","p":{"generation":9,"sdp":"v=0"}}""", "generation-stale"),
            ("""{"id":"a","t":"answer","p":{"generation":99999999999999999999,"sdp":"v=0"}}""", "send-not-valid"), ("""{"id":"a","t":"media","p":[]}""", "send-not-valid"),
            ($$$"""{"id":"a","t":"admit","p":{"participant":"{{{new ParticipantId(NewId.Random())}}}"}}""", "no-such-participant"), ("""{"id":"a","t":"end"}""", "not-allowed"),
        })
        {
            await Page.SendText(socket, text);
            using var answer = JsonDocument.Parse((await Page.ReadText(socket))!);
            Assert.Equal(code, answer.RootElement.GetProperty("refused").GetProperty("code").GetString());
            Assert.Equal(code, await page.Post(street.Node, text));
        }
        await Page.SendText(socket, """{"id":"still-here","t":"ping"}""");
        Assert.Equal("""{"ack":"still-here"}""", await Page.ReadText(socket));
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_send_larger_than_a_frame_is_refused_whatever_length_it_claims(bool chunked)
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient"));
        Assert.Equal("too-large", await page.Post(street.Node, "{\"id\":\"" + new string('x', 70_000) + "\"}", chunked));
    }

    [Fact]
    public async Task Nobody_may_do_what_their_role_may_not()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var patient = new Page(street.Someone("patient"));
        using var guest = new Page(street.Someone("guest"));
        foreach (var page in new[] { patient, guest })
        {
            using var _ = await page.Get(street.Node, "/signal/poll");
            Assert.Null(await page.Send(street.Node, "join"));
        }
        foreach (var type in new[] { "admit", "deny", "remove" })
            foreach (var target in new[] { guest, patient })
                Assert.Equal("not-allowed", await patient.Send(street.Node, type, new { participant = target.Guest.Participant }));
        Assert.Equal("not-allowed", await patient.Send(street.Node, "end"));
        Assert.Equal("not-admitted", await patient.Send(street.Node, "media", new { audio = true, video = true, screen = true }));
    }

    [Fact]
    public async Task A_flood_of_sends_openings_or_offers_is_held_back_and_nobody_else_notices()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var flood = new Page(street.Someone("patient"));
        using var other = new Page(street.Someone("guest"));
        using (await other.Get(street.Node, "/signal/poll")) { }
        using var socket = await flood.Hello(street.Node);
        Assert.Contains("welcome", await Page.ReadText(socket));
        const int Sends = 500;
        for (var one = 0; one < Sends; one++) await Page.SendText(socket, $$"""{"id":"p{{one}}","t":"ping"}""");
        var refused = 0;
        for (var one = 0; one < Sends; one++)
            if ((await Page.ReadText(socket))!.Contains("too-many")) refused++;
        Assert.True(refused > 0);
        Assert.Null(await other.Send(street.Node, "join"));

        using var asker = new Page(street.Someone("guest"));
        using (await asker.Get(street.Node, "/signal/poll")) { }
        var answers = new List<string?>();
        for (var one = 0; one < 40; one++) answers.Add(await asker.Send(street.Node, "connect"));
        Assert.Contains("too-many", answers);
        var offers = (await street.Node.Log(street.Call)).Count(row => row.Type == "offer");
        Assert.True(offers <= answers.Count(answer => answer is null));
    }

    [Fact]
    public async Task A_ninth_connection_takes_the_place_of_the_oldest()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient"));
        var sockets = new List<ClientWebSocket>();
        for (var one = 0; one < 9; one++)
        {
            sockets.Add(await page.Hello(street.Node));
            Assert.Contains("welcome", await Page.ReadText(sockets[^1]));
        }
        Assert.Equal(Replaced, await CloseOf(sockets[0]));
        foreach (var socket in sockets.Skip(1))
        {
            await Page.SendText(socket, """{"id":"a","t":"ping"}""");
            Assert.Equal("""{"ack":"a"}""", await Page.ReadText(socket));
        }
        foreach (var socket in sockets) socket.Dispose();
    }
}

using System.Net;
using System.Net.WebSockets;
using FirstRing.Contracts;
using FirstRing.Contracts.Identity;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Signaling.Doors;

/// <summary>A login ends in the middle of a call: its connections close, it is off the media node, and its pass opens nothing from then on.</summary>
public sealed class LoginsEnd
{
    [Theory, BothDialects]
    public async Task Whose_login_ends_is_put_out_of_call_sockets_and_media_on_every_node(Dialect dialect)
    {
        await using var street = await Street.Open(dialect);
        var far = dialect == Dialect.Postgres ? await street.AnotherNode() : street.Node;
        using var clinician = new Page(street.Someone("clinician"));
        using var patient = new Page(street.Someone("patient"));
        using var stop = new CancellationTokenSource();
        _ = clinician.Listen("ws", street.Node, stop.Token);
        await clinician.Until(one => one.Types.Contains("welcome"));
        using var socket = await patient.Hello(far);
        patient.Take((await Page.ReadText(socket))!);
        var (events, poll) = (patient.Listen("sse", far, stop.Token), patient.Listen("poll", street.Node, stop.Token));
        await InCall(clinician, patient, street);
        Assert.Contains(patient.Guest.Participant, street.Media.Live.Single().SeatsOf(street.Call).Keys);

        await End(street, street.Node, patient.Guest);

        while (await Page.ReadText(socket) is not null) continue;
        Assert.Equal(4401, (int)socket.CloseStatus!);
        await Over(events);
        await Eventually.True("the media node has let go", () => Task.FromResult(!street.Media.Live.Single().SeatsOf(street.Call).ContainsKey(patient.Guest.Participant)));
        await clinician.Until(one => one.Events.Any(heard => heard.GetProperty("t").GetString() == "left" && heard.GetRawText().Contains("login-ended")));
        foreach (var node in (SignalingNode[])[street.Node, far]) await IsBarred(patient, node, "login-ended");
        await Over(poll);
        Assert.Null(await clinician.Send(street.Node, "connect")); // another login goes on
        await stop.CancelAsync();
    }

    [Theory, BothDialects]
    public async Task They_come_back_by_another_login_and_wait_to_be_let_in_again(Dialect dialect)
    {
        await using var street = await Street.Open(dialect);
        using var clinician = new Page(street.Someone("clinician"));
        using var patient = new Page(street.Someone("patient"));
        using var stop = new CancellationTokenSource();
        foreach (var page in (Page[])[clinician, patient])
        {
            _ = page.Listen("ws", street.Node, stop.Token);
            await page.Until(one => one.Types.Contains("welcome"));
        }
        await InCall(clinician, patient, street);
        await End(street, street.Node, patient.Guest);
        await clinician.Until(one => one.Events.Any(heard => heard.GetRawText().Contains("login-ended")));

        using var again = new Page(street.Someone("patient", participant: patient.Guest.Participant));
        _ = again.Listen("ws", street.Node, stop.Token);
        await again.Until(one => one.Types.Contains("welcome"));
        Assert.Null(await again.Send(street.Node, "join"));
        await again.Until(one => one.Events.Any(heard => heard.GetRawText().Contains("\"waiting\"")));
        Assert.Null(await clinician.Send(street.Node, "admit", new { participant = again.Guest.Participant }));
        await again.Until(one => one.Types.Count(type => type == "admitted") == 2);
        await End(street, street.Node, patient.Guest); // once more, and of no effect on the new login
        await street.Node.Departures.Look(default);
        Assert.Contains(again.Guest.Participant, street.Media.Live.Single().SeatsOf(street.Call).Keys);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_pass_for_another_service_opens_nothing()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient", audience: "messaging"));
        await IsBarred(page, street.Node, "pass-not-valid");
    }

    static async Task InCall(Page clinician, Page patient, Street street)
    {
        Assert.Null(await clinician.Send(street.Node, "join"));
        Assert.Null(await patient.Send(street.Node, "connect"));
        Assert.Null(await patient.Send(street.Node, "join"));
        await clinician.Until(one => one.Events.Any(heard => heard.GetRawText().Contains("\"waiting\"")));
        Assert.Null(await clinician.Send(street.Node, "admit", new { participant = patient.Guest.Participant }));
        await clinician.Until(one => one.Types.Contains("joined"));
    }

    static async Task Over(Task listening)
    {
        try { await listening; }
        catch (HttpRequestException) { } // barred when it asked again
    }

    static Task End(Street street, SignalingNode node, Guest guest) =>
        node.Deliver("identity", EventTypes.LoginEnded, street.Tenant, new LoginEnded(guest.Login, TimeProvider.System.Microseconds()));

    static async Task IsBarred(Page page, SignalingNode node, string code)
    {
        foreach (var path in (string[])["/signal/poll", "/signal/events"])
        {
            using var response = await page.Get(node, path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
        using var socket = await page.Hello(node);
        Assert.Null(await Page.ReadText(socket));
        Assert.Equal(4401, (int)socket.CloseStatus!);
        Assert.Equal(code, await page.Send(node, "join"));
    }
}

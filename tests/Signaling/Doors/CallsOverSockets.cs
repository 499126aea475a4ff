using System.Net;
using System.Net.WebSockets;
using System.Text.RegularExpressions;
using FirstRing.Contracts;
using FirstRing.Contracts.Messaging;
using FirstRing.Contracts.Scheduling;
using FirstRing.Contracts.Signaling;
using FirstRing.Platform.Http;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Doors;

public sealed partial class CallsOverSockets
{
    [Theory, BothDialects]
    public async Task Three_people_on_three_transports_are_in_one_call(Dialect dialect)
    {
        await using var street = await Street.Open(dialect);
        var nodes = dialect == Dialect.Postgres ? [street.Node, await street.AnotherNode()] : new[] { street.Node, street.Node };
        using var clinician = new Page(street.Someone("clinician"));
        using var patient = new Page(street.Someone("patient"));
        using var guest = new Page(street.Someone("guest"));
        using var stop = new CancellationTokenSource();
        _ = clinician.Listen("ws", nodes[0], stop.Token);
        _ = patient.Listen("sse", nodes[1], stop.Token);
        _ = guest.Listen("poll", nodes[0], stop.Token);
        foreach (var page in new[] { clinician, patient, guest }) await page.Until(one => one.Types.Contains("welcome"));
        // Up by the one node what comes down by the other.
        Assert.Null(await patient.Send(nodes[0], "connect"));
        await patient.Until(one => one.Types.Contains("offer"));
        Assert.Null(await clinician.Send(nodes[1], "join"));
        await clinician.Until(one => one.Types.Contains("admitted"));
        foreach (var page in new[] { patient, guest })
        {
            Assert.Null(await page.Send(nodes[1], "join"));
            await clinician.Until(one => one.Events.Any(heard => heard.GetRawText().Contains($"\"waiting\"") && heard.GetRawText().Contains(page.Guest.Participant)));
            Assert.False(await IsInside(page));
            Assert.Null(await clinician.Send(nodes[0], "admit", new { participant = page.Guest.Participant }));
            await page.Until(one => one.Types.Contains("admitted"));
            Assert.True(await IsInside(page));
            Assert.False(await IsInside(page, new TenantId(NewId.Random())));
            Assert.False(await IsInside(page, asker: clinician == page ? patient : clinician)); // nobody asks that of another
        }
        await patient.Until(one => one.Types.Contains("joined"));
        var message = new MessageId(NewId.Random());
        await nodes[1].Deliver("messaging", EventTypes.MessagePosted, street.Tenant, new MessagePosted(street.VisitId, street.CallId, message, TypedId.Parse<ParticipantId>(guest.Guest.Participant)));
        foreach (var page in new[] { clinician, patient, guest }) await page.Until(one => one.Bytes.Contains(message.ToString()));

        Caller Desk(string tenant) => new("web", tenant, "stf_x", "front-desk");
        var presence = (await nodes[1].Contract(Desk(street.Tenant)).GetPresence(new GetPresence(TypedId.Parse<TenantId>(street.Tenant), [street.CallId]), default)).Value!;
        Assert.Equal(new CallPresence(street.CallId, 0, 0, 2, null), Assert.Single(presence.Calls));
        var stranger = new TenantId(NewId.Random());
        Assert.Empty((await nodes[1].Contract(Desk(stranger.ToString())).GetPresence(new GetPresence(stranger, [street.CallId]), default)).Value!.Calls);
        Assert.True(await NotAllowed.Is(() => nodes[1].Contract(Desk(stranger.ToString())).GetPresence(new GetPresence(TypedId.Parse<TenantId>(street.Tenant), [street.CallId]), default)));
        Assert.Null(await clinician.Send(nodes[0], "remove", new { participant = guest.Guest.Participant }));
        await guest.Until(one => one.Types.Contains("removed"));
        Assert.False(await IsInside(guest));
        Assert.Null(await patient.Send(nodes[0], "leave"));
        Assert.True(await IsInside(patient));
        Assert.Null(await clinician.Send(nodes[1], "end"));
        foreach (var page in new[] { clinician, patient }) await page.Until(one => one.Types.Contains("ended"));
        await stop.CancelAsync();

        async Task<bool> IsInside(Page page, TenantId? tenant = null, Page? asker = null)
        {
            var within = tenant ?? TypedId.Parse<TenantId>(street.Tenant);
            var contract = nodes[1].Contract(new Caller("messaging", within.ToString(), (asker ?? page).Guest.Participant, (asker ?? page).Guest.Role));
            return (await contract.GetAdmission(new GetAdmission(within, street.CallId, TypedId.Parse<ParticipantId>(page.Guest.Participant)), default)).Value!.Inside;
        }
    }

    [Theory]
    [InlineData("ws"), InlineData("sse"), InlineData("poll")]
    public async Task Who_waits_receives_byte_for_byte_what_they_would_with_nobody_else_there(string transport)
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        var alone = await Wait(street, street.Someone("patient", call: new CallId(NewId.Random()).ToString()), transport, () => Task.CompletedTask);
        var among = await Wait(street, street.Someone("patient"), transport, () => Bustle(street));
        Assert.Contains("welcome", alone);
        Assert.Contains("offer", alone);
        Assert.Equal(alone, among);
    }

    // What comes, with what differs between any two calls made equal: the patient's own id, cursors, times, the log's own name.
    static async Task<string> Wait(Street street, Guest patient, string transport, Func<Task> meanwhile)
    {
        using var page = new Page(patient);
        using var stop = new CancellationTokenSource();
        _ = page.Listen(transport, street.Node, stop.Token);
        await page.Until(one => one.Types.Contains("welcome"));
        Assert.Null(await page.Send(street.Node, "connect"));
        await page.Until(one => one.Types.Contains("offer"));
        Assert.Null(await page.Send(street.Node, "join"));
        await page.Until(one => one.Types.Count() == 3);
        await meanwhile();
        await Task.Delay(300);
        await stop.CancelAsync();
        return CursorAndTime().Replace(page.Bytes, "").Replace(patient.Participant, "me");
    }

    [GeneratedRegex("\"c\":\"[^\"]*\"|\"at\":[0-9]*")]
    private static partial Regex CursorAndTime();

    static async Task Bustle(Street street)
    {
        using var clinician = new Page(street.Someone("clinician"));
        using var guest = new Page(street.Someone("guest"));
        using var stop = new CancellationTokenSource();
        var listening = new[] { clinician.Listen("sse", street.Node, stop.Token), guest.Listen("sse", street.Node, stop.Token) };
        await clinician.Until(one => one.Types.Contains("welcome"));
        await guest.Until(one => one.Types.Contains("welcome"));
        foreach (var type in new[] { "connect", "join" }) Assert.Null(await clinician.Send(street.Node, type));
        await clinician.Until(one => one.Types.Contains("admitted"));
        Assert.Null(await guest.Send(street.Node, "join"));
        Assert.Null(await clinician.Send(street.Node, "admit", new { participant = guest.Guest.Participant }));
        await guest.Until(one => one.Types.Contains("admitted"));
        foreach (var page in new[] { clinician, guest }) Assert.Null(await page.Send(street.Node, "media", new { audio = true, video = true, screen = true }));
        await street.Node.Deliver("messaging", EventTypes.MessagePosted, street.Tenant,
            new MessagePosted(street.VisitId, street.CallId, new MessageId(NewId.Random()), TypedId.Parse<ParticipantId>(guest.Guest.Participant)));
        await clinician.Until(one => one.Types.Contains("chat"));
        Assert.Null(await guest.Send(street.Node, "leave"));
        Assert.Null(await clinician.Send(street.Node, "remove", new { participant = guest.Guest.Participant }));
        await clinician.Until(one => one.Types.Contains("left"));
        await stop.CancelAsync();
        await Task.WhenAll(listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Theory, BothDialects]
    public async Task A_visit_that_ends_ends_its_call_and_one_that_ended_before_anyone_came_opens_to_nobody(Dialect dialect)
    {
        await using var street = await Street.Open(dialect);
        var (id, over) = (NewId.Random(), new VisitEnded(street.VisitId, TypedId.Parse<TenantId>(street.Tenant), street.CallId, VisitState.Ended));
        for (var time = 0; time < 2; time++) await street.Node.Deliver("scheduling", EventTypes.VisitEnded, street.Tenant, over, id);
        using var late = new Page(street.Someone("patient"));
        using var stop = new CancellationTokenSource();
        _ = late.Listen("ws", street.Node, stop.Token);
        await late.Until(one => one.Types.Contains("ended") && one.Types.Contains("welcome"));
        Assert.Equal("call-ended", await late.Send(street.Node, "join"));
        Assert.Single(late.Types, type => type == "ended");
        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_foreign_cursor_starts_the_log_over()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var page = new Page(street.Someone("patient"));
        foreach (var transport in new[] { "ws", "sse", "poll" })
        {
            page.Take("""{"c":"elsewhere:7","t":"chat","at":1,"p":{}}""");
            var before = page.Bytes.Length;
            using var stop = new CancellationTokenSource();
            _ = page.Listen(transport, street.Node, stop.Token);
            await page.Until(one => one.Bytes[before..].Contains("welcome"));
            Assert.StartsWith("""{"t":"reset"}""", page.Bytes[before..]);
            await stop.CancelAsync();
        }
    }

    [Fact]
    public async Task A_socket_opens_over_HTTP_2_too()
    {
        await using var street = await Street.Open(Dialect.Sqlite);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"ws://{street.Node.Http2.Authority}/signal/ws"), invoker, default);
        await Page.SendText(socket, $$$"""{"hello":{"pass":"{{{street.Someone("patient").Pass}}}","cursor":null}}""");
        Assert.Contains("\"t\":\"welcome\"", await Page.ReadText(socket));
    }
}

using System.Text.Json;
using FirstRing.Tests.Harness.Running;
using FirstRing.Tests.Journeys.Harness;

namespace FirstRing.Tests.Journeys;

/// <summary>Who waits learns nothing about who is inside, on any transport, and gets no packet of theirs.</summary>
public sealed class WaitingRoom(Platforms platforms)
{
    static readonly string[] OwnEvents = ["welcome", "offer", "admitted", "denied", "removed", "ended", "reset"];

    [Fact]
    public async Task Before_admission_nothing_about_others_arrives_on_any_transport_and_no_media()
    {
        var platform = await platforms.Of(Shape.Split);
        await using var visit = await Visiting.Open(platform);
        var link = await Guests.Link(visit, Contracts.VisitRole.Family);
        await visit.Join(visit.Patient);
        await visit.Patient.Reaches("in-call");
        await Writing.Write(visit.Patient, visit.Clinician, "A secret between us.");

        await using var guest = await Party.Arrive("guest", 2);
        await guest.Open(link);
        await guest.Part("join").ClickAsync();
        await guest.Reaches("waiting");
        await Writing.Write(visit.Clinician, visit.Patient, "Another secret.");
        await Task.Delay(3000);

        var pass = await guest.Pass();
        var own = PassClaims.Read(pass);
        var texts = new List<string>(await guest.Received());
        using var raw = new Raw(platform.Door, pass);
        texts.AddRange((await raw.WholeLog()).Select(@event => @event.GetRawText()));
        var hello = JsonSerializer.SerializeToUtf8Bytes(new { hello = new { pass, cursor = (string?)null } });
        texts.AddRange((await raw.Socket([hello], frames => frames.Any(frame => frame.Contains("offer", StringComparison.Ordinal)))).Frames);
        texts.Add((await raw.Ask(HttpMethod.Get, "/messages")).Body);

        string[] foreign = [(await visit.Patient.Claims()).Sub, (await visit.Clinician.Claims()).Sub, "secret", "\"joined\"", "\"chat\"", "\"people\"", "\"clinician\""];
        foreach (var text in texts)
            foreach (var word in foreign)
                Assert.DoesNotContain(word, text, StringComparison.Ordinal);
        foreach (var @event in await raw.WholeLog()) Assert.Contains(@event.GetProperty("t").GetString(), OwnEvents);
        Assert.NotEmpty(await raw.WholeLog());

        Assert.All(await guest.Streams(), stream => Assert.True(stream.Packets == 0, $"{stream}"));
        var counted = Assert.Single((await Inside.Statistics(platform, own.Call)).Peers, peer => peer.Participant.ToString() == own.Sub);
        Assert.False(counted.Admitted);
        Assert.Equal((0, 0, 0), (counted.PacketsIn, counted.PacketsOut, counted.PacketsForwarded));

        await visit.Clinician.Part("admit").First.ClickAsync();
        await guest.Reaches("in-call");
        await guest.Sees(2, frames: 10);
        Assert.Empty(guest.Mistakes);
        visit.NothingWentWrong();
    }
}

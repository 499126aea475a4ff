using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Messaging;

/// <summary>Somebody who acts for the patient reads and writes messages where that is among what they may do.</summary>
public sealed class ProxyPasses
{
    [Theory, BothDialects]
    public async Task The_scope_of_the_pass_decides_at_every_door_and_rows_name_proxy_and_patient(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        var (place, proxy) = (new ParticipantId(NewId.Random()), new ProxyId(NewId.Random()));
        room.Admit(place);
        var may = room.PassOfProxy(place, proxy, "visits messages");
        Assert.Equal(200, (await room.Post(may, "How is she?")).Status);
        Assert.Equal(["How is she?"], (await room.Read(may)).Texts);
        var picture = await room.Attach(may, PlantedFiles.Photo());
        Assert.Equal(200, picture.Status);
        Assert.All((await room.Store.AuditedWhose()).Where(row => row.Role == "proxy"), row => Assert.Equal((proxy.ToString(), room.Person.ToString()), (row.Actor, row.Patient)));
        Assert.True((await room.Store.Audited()).Count(row => row.Role == "proxy") >= 3);

        foreach (var scope in (string?[])["visits", "visits consent", "messagesandmore", "", null])
        {
            var not = room.PassOfProxy(place, proxy, scope);
            Assert.Equal((403, "not-in-scope"), await room.Post(not, "?") is var posted ? (posted.Status, posted.Code) : default);
            Assert.Equal((403, "not-in-scope"), await room.ReadRaw(not) is var read ? (read.Status, read.Code) : default);
            Assert.Equal((403, "not-in-scope"), await room.Attach(not, PlantedFiles.Photo()) is var sent ? (sent.Status, sent.Code) : default);
        }
    }
}

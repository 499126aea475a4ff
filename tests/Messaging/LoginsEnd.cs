using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Messaging;

/// <summary>Whose login ended neither reads nor writes by its pass, and a pass for another service does neither.</summary>
public sealed class LoginsEnd
{
    [Theory, BothDialects]
    public async Task Neither_read_nor_written_from_then_on(Dialect dialect)
    {
        await using var room = await Room.Open(dialect);
        Assert.Equal(200, (await room.Post(room.PatientPass, "Good morning")).Status);

        await room.EndLogin(room.Login);

        foreach (var answer in (DoorAnswer[])[await room.Post(room.PatientPass, "Still there?"), await room.ReadRaw(room.PatientPass)])
            Assert.Equal((401, "pass-not-valid"), (answer.Status, answer.Code));
        var another = room.Pass(room.Patient, "patient", login: new LoginId(NewId.Random()));
        Assert.Equal(["Good morning"], (await room.Read(another)).Texts);
    }

    [Fact]
    public async Task A_pass_for_another_service_is_none()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        Assert.Equal(401, (await room.ReadRaw(room.Pass(room.Patient, "patient", audience: "signaling"))).Status);
    }
}

using System.Text;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Harness.Running;

namespace FirstRing.Tests.Messaging;

/// <summary>With a scanner nobody but the sender knows of a file before its verdict.</summary>
public sealed class ScannedPictures
{
    static byte[] Infected { get; } = PlantedFiles.PhotoThatTells(Encoding.ASCII.GetString(PlantedFiles.Eicar));

    [Theory, BothDialects]
    public async Task A_file_waits_for_a_scanner_that_does_not_answer_and_is_released_by_itself_when_it_does(Dialect dialect)
    {
        await using var scanner = new VirusScanner();
        await using var room = await Room.Open(dialect, scanner.Tcp);
        var file = await room.Photo(room.PatientPass, file: PlantedFiles.PhotoThatTells("here"));

        await Waits();
        room.Store.Clock.Advance(TimeSpan.FromMinutes(5));
        await Waits();
        Assert.Equal(2, room.Blobs.Count);

        await scanner.Open();
        await Eventually.True("it is released", async () =>
        {
            room.Store.Clock.Advance(TimeSpan.FromMinutes(2));
            await room.Checks.CheckDue(default);
            return (await room.Files(room.ClinicianPass)).Count > 0;
        });
        Assert.Equal([file], await room.Files(room.ClinicianPass));
        Assert.Empty(await room.Unseen(room.PatientPass));
        Assert.Equal((200, 200), (await room.Status(room.ClinicianPass, file), await room.Status(room.PatientPass, file)));
        Assert.Single(room.Blobs); // what it came as is gone
        Assert.Single(await room.Store.Waiting());

        async Task Waits()
        {
            await room.Checks.CheckDue(default);
            Assert.Equal(["checking"], await room.Unseen(room.PatientPass));
            Assert.Empty(await room.Unseen(room.ClinicianPass));
            Assert.Empty(await room.Files(room.ClinicianPass));
            Assert.Equal((404, 404), (await room.Status(room.ClinicianPass, file), await room.Status(room.PatientPass, file)));
            Assert.Empty(await room.Store.Waiting());
        }
    }

    [Theory, BothDialects]
    public async Task An_infected_file_is_deleted_and_its_sender_alone_is_told(Dialect dialect)
    {
        await using var scanner = new VirusScanner();
        await scanner.Open();
        await using var room = await Room.Open(dialect, scanner.Unix);
        var file = await room.Photo(room.PatientPass, file: Infected);

        await Eventually.True("there is a verdict", async () =>
        {
            room.Store.Clock.Advance(TimeSpan.FromMinutes(2));
            await room.Checks.CheckDue(default);
            return (await room.Unseen(room.PatientPass)).SequenceEqual(["infected"]);
        });
        await Eventually.True("it is deleted", () => Task.FromResult(room.Blobs.Count == 0));
        Assert.Empty(await room.Files(room.ClinicianPass));
        Assert.Equal((404, 404), (await room.Status(room.ClinicianPass, file), await room.Status(room.PatientPass, file)));
        Assert.Empty(await room.Store.Waiting());
        Assert.Contains((await room.Store.Audited()), row => row is { Action: "check-file", Outcome: "infected" } && row.Subject == file);

        var clean = await room.Photo(room.PatientPass);
        await Eventually.True("the next one is released", async () =>
        {
            room.Store.Clock.Advance(TimeSpan.FromMinutes(2));
            await room.Checks.CheckDue(default);
            return (await room.Files(room.ClinicianPass)).SequenceEqual([clean]);
        });
    }

    [Fact]
    public async Task Without_one_a_picture_is_seen_at_once_and_what_was_infected_is_not_in_it()
    {
        await using var room = await Room.Open(Dialect.Sqlite);
        var file = await room.Photo(room.PatientPass, file: Infected);

        using var answer = await room.Fetch(room.ClinicianPass, file);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.True((await answer.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf(PlantedFiles.Eicar.AsSpan(30)) < 0);
        Assert.Single(room.Blobs);
    }

    [Fact]
    public async Task A_scanner_elsewhere_is_refused_at_the_start() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Room.Open(Dialect.Sqlite, "tcp:192.0.2.1:3310"));
}

using System.Security.Cryptography;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Recording.Export;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Tests.Harness;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Recording;

// Two people in virtual time whose call is recorded into a folder that goes afterwards.
sealed class RecordedCall : IDisposable
{
    readonly TempFolder _folder = new();
    int _turn;

    public RecordedCall(int seed = 1, int sheets = RecordingDisk.MostSheets, double loss = 0, bool repeatsSound = false, bool recordsAtOnce = true)
    {
        Disk = new RecordingDisk(Folder, sheets);
        Call = new InMemoryCall(seed, disk: Disk);
        Pages = [.. Enumerable.Range(0, 2).Select(person =>
        {
            var page = Call.Join(person);
            (page.RepeatsSound, page.Sent) = (repeatsSound, []);
            Call.Answer(person, page);
            Call.Admit(person, person);
            return page;
        })];
        Call.Network.Loss = loss;
        if (recordsAtOnce) Record();
    }

    public string Folder => _folder.Path;
    public RecordingDisk Disk { get; }
    public InMemoryCall Call { get; }
    public Page[] Pages { get; }
    public Guid Id { get; } = Guid.CreateVersion7();
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(32);

    public Task<CommandOutcome> Record(bool isRunning = true) => Order(isRunning ? RecordingOrder.Run : RecordingOrder.Rest, ++_turn);

    public Task<CommandOutcome> Order(RecordingOrder order, int turn, Guid? other = null) => Call.Post(new RecordCall(Call.Call, other ?? Id, turn, Key, order, ClockOffset));

    public const long ClockOffset = 1_700_000_000_000_000;

    // The call goes on a little, so that what was lost has come, and everything is on the disk.
    public void Stop()
    {
        Order(RecordingOrder.Stop, ++_turn);
        Call.Run(0.01);
        Disk.Dispose();
    }

    public IReadOnlyList<string> Files => [.. RecordingFolder.Tracks(RecordingFolder.Of(Folder, Id))];

    public TrackReader Open(string file, byte[]? bytes = null) =>
        new(bytes is null ? File.Open(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite) : new MemoryStream(bytes), Key, new TrackName(Id, Guid.ParseExact(Path.GetFileNameWithoutExtension(file), "N")));

    public string FileOf(int person, MediaKind kind) => Files.Single(file =>
    {
        using var reader = Open(file);
        return reader.Start is { } start && start.Kind == kind && start.Participant == Call.People[person].Value;
    });

    public (List<TrackRecord> Records, Flaw Flaw) Read(int person, MediaKind kind) => Read(FileOf(person, kind));

    public (List<TrackRecord> Records, Flaw Flaw) Read(string file, byte[]? bytes = null)
    {
        using var reader = Open(file, bytes);
        var records = reader.Records().ToList();
        return (records, reader.Flaw);
    }

    public static ushort NumberOf(TrackRecord record) => RtpPacket.TryRead(record.Packet, out var packet) ? packet.SequenceNumber : throw new InvalidDataException();

    public void Dispose()
    {
        Disk.Dispose();
        foreach (var page in Pages) page.Dispose();
        _folder.Dispose();
    }
}

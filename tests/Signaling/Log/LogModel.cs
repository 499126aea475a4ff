using CsCheck;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Signaling.Admission;
using FirstRing.Signaling.Log;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Signaling.Log;

/// <summary>Any mixture of appends, reads, admissions and departures, against a list in memory.</summary>
public sealed class LogModel
{
    const int Append = 0, Read = 1, LetIn = 2, TakeOut = 3, StartOver = 4, Kinds = 5;
    const int Readers = 4;

    // Append is drawn more often than the others.
    static readonly Gen<(int Kind, int Who, int To)[]> Steps =
        Gen.Select(Gen.Frequency((4, Append), (3, Read), (1, LetIn), (1, TakeOut), (1, StartOver)), Gen.Int[0, Readers - 1], Gen.Int[0, Readers + 2]).Array[1, 60];

    sealed class Reader(Entrant who)
    {
        public Entrant Who => who;
        public long Cursor;
        public long? In; // the length of the log when this stay began
        public readonly List<long> Got = [];
    }

    sealed record Written(long Sequence, string Audience);

    [Theory, BothDialects]
    public async Task Nothing_is_lost_nothing_comes_twice_and_nobody_sees_what_is_not_for_them(Dialect dialect)
    {
        await using var stage = await Stage.Open(dialect);
        await Steps.SampleAsync(async steps =>
        {
            var scene = stage.NewCall();
            var readers = new List<Reader>();
            foreach (var role in new[] { "patient", "clinician", "guest", "clinician" }) readers.Add(new Reader(await scene.Entered(role)));
            var written = readers.Select((reader, at) => new Written(at + 1, reader.Who.Participant)).ToList();
            foreach (var (kind, who, to) in steps) await Step(stage, scene, readers, written, kind, readers[who], to);
            foreach (var reader in readers) await ReadOn(stage, reader, written);
        }, iter: 40, threads: 1);
    }

    static async Task Step(Stage stage, CallScene scene, List<Reader> readers, List<Written> written, int kind, Reader reader, int to)
    {
        switch (kind)
        {
            case Append:
                var audience = to < Readers ? readers[to].Who.Participant : to == Readers ? Audience.Everyone : to == Readers + 1 ? Audience.Staff : Audience.Admitted;
                var sequence = await stage.Store.Commit(reader.Who.Caller, transaction =>
                    CallLog.Append(transaction, scene.Call, audience, "chat", new ChatBody($"{written.Count}"), SignalJson.Default.ChatBody), default);
                Assert.Equal(written.Count + 1, sequence);
                written.Add(new Written(sequence, audience));
                break;
            case Read:
                await ReadOn(stage, reader, written);
                break;
            case LetIn when reader.In is null:
                reader.In = written.Count;
                await Set(stage, reader, "state = 'admitted', announced = 1, admitted_at_sequence = @at", written.Count);
                break;
            case TakeOut when reader.In is not null:
                reader.In = null;
                await Set(stage, reader, "state = 'left', announced = 0", 0);
                break;
            case StartOver:
                reader.Cursor = 0;
                reader.Got.Clear();
                break;
            default:
                break;
        }
    }

    static Task<int> Set(Stage stage, Reader reader, string what, long at) => stage.Store.Commit(reader.Who.Caller, transaction => transaction.Execute(
        $"UPDATE participants SET {what} WHERE call = @Call AND participant = @Participant", new { reader.Who.Call, reader.Who.Participant, at }), default);

    static async Task ReadOn(Stage stage, Reader reader, List<Written> written)
    {
        var expected = written.Where(one => one.Sequence > reader.Cursor && IsFor(reader, one)).Select(one => one.Sequence).ToList();
        var got = new List<long>();
        while (await stage.Log.Read(reader.Who.Call, reader.Who.Participant, reader.Cursor, default) is { Count: > 0 } page)
        {
            got.AddRange(page.Select(row => row.Sequence));
            reader.Cursor = page[^1].Sequence;
        }
        Assert.Equal(expected, got);
        reader.Got.AddRange(got);
        Assert.Equal(reader.Got.Distinct().Order(), reader.Got);
    }

    static bool IsFor(Reader reader, Written one) => one.Audience switch
    {
        Audience.Everyone => true,
        Audience.Staff => reader.Who.Role == "clinician",
        Audience.Admitted => reader.In < one.Sequence,
        var participant => participant == reader.Who.Participant,
    };

    [Theory, BothDialects]
    public async Task Writers_at_once_leave_no_gap_and_every_reader_sees_their_events_once_and_in_order(Dialect dialect)
    {
        const int Writers = 4, Each = 50;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var stage = await Stage.Open(dialect);
        var scene = stage.NewCall();
        var people = new List<Entrant>();
        for (var one = 0; one < 3; one++) people.Add(await scene.Entered("guest"));
        var writing = Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var turn = 0; turn < Each; turn++)
                await stage.Store.Commit(Caller.System("signaling"), transaction =>
                    CallLog.Append(transaction, scene.Call, Audience.Everyone, "chat", new ChatBody($"{writer}-{turn}"), SignalJson.Default.ChatBody), default);
        }));
        var reading = people.Select(who => Task.Run(async () =>
        {
            var got = new List<EventRow>();
            var cursor = 0L;
            while (got.Count(row => row.Type == "chat") < Writers * Each)
            {
                using var ticket = stage.Store.Wakes.Watch(scene.Call);
                var page = await stage.Log.Read(scene.Call, who.Participant, cursor, patience.Token);
                if (page.Count == 0) await ticket.Wait(TimeSpan.FromSeconds(3), patience.Token);
                else cursor = page[^1].Sequence;
                got.AddRange(page);
            }
            return got.Where(row => row.Type == "chat").ToList();
        })).ToList();
        await Task.WhenAll(writing);

        foreach (var got in await Task.WhenAll(reading))
        {
            Assert.Equal(Enumerable.Range(people.Count + 1, Writers * Each).Select(sequence => (long)sequence), got.Select(row => row.Sequence));
            for (var writer = 0; writer < Writers; writer++)
                Assert.Equal(Enumerable.Range(0, Each).Select(turn => $"{{\"message\":\"{writer}-{turn}\"}}"), got.Select(row => row.Body).Where(body => body.Contains($"\"{writer}-")));
        }
    }

    [Theory]
    [InlineData("abc:12", true), InlineData("a:b:3", true), InlineData(":1", false), InlineData("abc", false), InlineData("abc:-1", false), InlineData("abc:x", false), InlineData("", false)]
    [InlineData("abc:99999999999999999999", false), InlineData(null, false)]
    public void Only_a_cursor_reads_as_a_cursor(string? text, bool valid) => Assert.Equal(valid, CallLog.TryCursor(text, out _, out _));
}

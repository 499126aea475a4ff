using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Recording.Export;
using FirstRing.Media.Router.Workers;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Tests.Router.Recording;

public sealed class WhatIsRecorded
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Each_packet_that_came_in_the_end_is_there_once_as_it_was_sent(int seed)
    {
        using var recorded = new RecordedCall(seed, loss: 0.1);
        (recorded.Call.Network.Jitter, recorded.Call.Network.Duplication) = (15_000, 0.05);
        recorded.Call.Run(8);
        foreach (var page in recorded.Pages) page.IsQuiet = true;
        recorded.Call.Network.Loss = 0;
        recorded.Call.Run(3); // what is missing is asked for until it is there
        var counted = new[] { recorded.Call.Of(0), recorded.Call.Of(1) };
        recorded.Stop();

        for (var person = 0; person < 2; person++)
        {
            var page = recorded.Pages[person];
            var (video, whole) = recorded.Read(person, MediaKind.Video);
            var (audio, _) = recorded.Read(person, MediaKind.Audio);
            Assert.Equal(Flaw.None, whole);
            var pictures = video.Where(record => record.Kind == RecordKind.Packet).ToList();
            var sounds = audio.Where(record => record.Kind == RecordKind.Packet).ToList();
            foreach (var record in pictures.Concat(sounds)) IsAsItWasSent(page, record);
            Assert.Equal(pictures.Count, pictures.Select(RecordedCall.NumberOf).Distinct().Count());
            Assert.Equal(sounds.Count, sounds.Select(RecordedCall.NumberOf).Distinct().Count());
            // Pictures are asked for again until none is missing; sound is not, and what the node counts as lost is what is not there.
            // What was lost before the first that came, or after the last, nobody can know of.
            int first = RecordedCall.NumberOf(pictures[0]), last = pictures.Max(RecordedCall.NumberOf);
            Assert.Equal(Enumerable.Range(first, last - first + 1), pictures.Select(record => (int)RecordedCall.NumberOf(record)).Where(number => number >= first).Order());
            Assert.True(pictures.Count > 900 && pictures.Count(record => record.IsRepaired) > 50, $"{pictures.Count}, {pictures.Count(record => record.IsRepaired)} of them repaired");
            Assert.Equal(counted[person].PacketsLost, Missing(pictures) + Missing(sounds));
            Assert.InRange(sounds.Count, 320, 375);
        }
    }

    static long Missing(List<TrackRecord> packets) => packets.Max(RecordedCall.NumberOf) - packets.Min(RecordedCall.NumberOf) + 1 - packets.Count;

    // By a retransmission comes the payload, and a header whose extensions are the retransmission's own.
    static void IsAsItWasSent(Network.Page page, TrackRecord record)
    {
        Assert.True(RtpPacket.TryRead(record.Packet, out var got));
        var sent = page.Sent![(got.Ssrc, got.SequenceNumber)];
        if (!record.IsRepaired)
        {
            Assert.Equal(sent, record.Packet);
            return;
        }
        Assert.True(RtpPacket.TryRead(sent, out var was));
        Assert.Equal(sent[..12], record.Packet[..12]);
        Assert.True(was.Payload.SequenceEqual(got.Payload));
    }

    [Fact]
    public void It_begins_with_a_keyframe_rests_while_it_is_told_to_and_goes_on_with_a_keyframe()
    {
        using var recorded = new RecordedCall(recordsAtOnce: false);
        recorded.Call.Run(3);
        var before = recorded.Pages[0].PlisAt.Count;
        recorded.Record();
        recorded.Call.Run(2);
        Assert.Equal(before + 1, recorded.Pages[0].PlisAt.Count);
        var from = recorded.Call.Network.Now;
        recorded.Record(isRunning: false);
        recorded.Call.Run(2);
        var until = recorded.Call.Network.Now;
        recorded.Record();
        recorded.Call.Run(2);
        Assert.Equal(before + 2, recorded.Pages[0].PlisAt.Count);
        recorded.Stop();
        recorded.Call.Run(1);

        var (video, flaw) = recorded.Read(0, MediaKind.Video);
        Assert.Equal(Flaw.None, flaw);
        Assert.Equal(4, recorded.Files.Count);
        Assert.Single(video, record => record.Kind == RecordKind.Paused);
        Assert.DoesNotContain(video, record => record.Kind == RecordKind.Packet && record.At > from + 1_000 && record.At <= until);
        Assert.Contains(video, record => record.Kind == RecordKind.Packet && record.At > until);
        Assert.InRange(video[^1].At, until + 1_900_000, until + 2_100_000);
    }

    [Fact]
    public void A_picture_that_never_came_is_followed_by_a_keyframe_though_nobody_watches()
    {
        using var recorded = new RecordedCall();
        recorded.Call.Post(new RemoveParticipant(recorded.Call.Call, recorded.Call.People[1]));
        recorded.Call.Run(3);
        var page = recorded.Pages[0];
        var before = page.PlisAt.Count;
        page.AsksAgain = false; // its retransmissions are switched off with its own requests
        recorded.Call.Network.Loss = 0.5;
        recorded.Call.Run(0.1);
        recorded.Call.Network.Loss = 0;
        recorded.Call.Run(6);
        Assert.True(page.PlisAt.Count > before, $"{page.PlisAt.Count}");
    }

    [Fact]
    public void Without_memory_it_drops_and_says_so_and_the_call_goes_on()
    {
        using var recorded = new RecordedCall(sheets: 4);
        recorded.Call.Run(2);
        var held = new List<Sheet>();
        var from = recorded.Call.Network.Now;
        var got = recorded.Pages[1].On(MediaLayout.VideoSsrc(0)).Packets.Count;
        // The disk stands still: nothing comes back from it.
        while (held.Count < 4)
        {
            recorded.Call.Run(0.05);
            while (recorded.Disk.TryRent() is { } sheet) held.Add(sheet);
        }
        recorded.Call.Run(3);
        var until = recorded.Call.Network.Now;
        Assert.True(recorded.Pages[1].On(MediaLayout.VideoSsrc(0)).Packets.Count - got > (until - from) * 110 / 1_000_000);
        var other = new TrackFile(new TrackName(recorded.Id, Guid.CreateVersion7()), recorded.Key);
        foreach (var sheet in held) recorded.Disk.Write(other, sheet, last: false);
        recorded.Call.Run(2);
        recorded.Stop();

        var dropped = 0L;
        foreach (var kind in (MediaKind[])[MediaKind.Audio, MediaKind.Video])
        {
            var (records, flaw) = recorded.Read(0, kind);
            Assert.Equal(Flaw.None, flaw);
            dropped += records.Sum(record => record.Dropped);
            Assert.Contains(records, record => record.Kind == RecordKind.Packet && record.At > until);
            var numbers = records.Where(record => record.Kind == RecordKind.Packet).Select(RecordedCall.NumberOf).Order().ToList();
            // Each that is not there is told of; a slow disk may have dropped more behind the last that is.
            var (missing, told) = (numbers[^1] - numbers[0] + 1 - numbers.Count, records.Sum(record => record.Dropped));
            Assert.InRange(told, missing, missing + 2 * 150);
        }
        Assert.True(dropped > 300, $"{dropped}");
    }

    [Fact]
    public void Of_a_camera_that_comes_in_several_sizes_the_largest_is_taken()
    {
        using var recorded = new RecordedCall();
        var page = recorded.Pages[0];
        page.SendSizes(60, 200, 600);
        recorded.Call.Run(3);
        page.DroppedSizes.Add(2);
        recorded.Call.Run(3);
        recorded.Stop();

        var tracks = recorded.Files.Select(file => recorded.Read(file).Records.Where(record => record.Kind == RecordKind.Packet).ToList())
            .Where(packets => packets.Any(packet => page.Sizes.Any(size => size.Ssrc == SsrcOf(packet)))).OrderBy(packets => packets[0].At).ToList();
        Assert.Equal([page.Sizes[2].Ssrc, page.Sizes[1].Ssrc], tracks.Select(packets => packets.Select(SsrcOf).Distinct().Single()));
        Assert.True(tracks[0].Count > 300 && tracks[1].Count > 250, $"{tracks[0].Count} and {tracks[1].Count}");

        static uint SsrcOf(TrackRecord record) => RtpPacket.TryRead(record.Packet, out var packet) ? packet.Ssrc : 0;
    }

    [Fact]
    public void Who_leaves_ends_their_tracks_and_who_comes_again_begins_new_ones()
    {
        using var recorded = new RecordedCall();
        recorded.Call.Run(2);
        recorded.Call.Post(new RemoveParticipant(recorded.Call.Call, recorded.Call.People[0]));
        recorded.Call.Run(1);
        var again = recorded.Call.JoinAdmitted(0, generation: 1);
        again.Sent = [];
        recorded.Call.Run(2);
        recorded.Call.Post(new CloseCall(recorded.Call.Call));
        recorded.Call.Run(0.1);
        recorded.Disk.Dispose();
        Assert.Equal(6, recorded.Files.Count);
        Assert.All(recorded.Files, file => Assert.Equal(Flaw.None, recorded.Read(file).Flaw));
        // Their pictures go on under the numbers of those before at whoever sees them; in the recording they have their own.
        var pictures = recorded.Files.Select(file => recorded.Read(file).Records.Where(record => record.Kind == RecordKind.Packet).ToList())
            .Single(track => RtpPacket.TryRead(track[0].Packet, out var packet) && packet.Ssrc == again.Camera.Ssrc);
        Assert.True(pictures.Count > 100);
        foreach (var picture in pictures) IsAsItWasSent(again, picture);
    }

    [Fact]
    public async Task An_order_that_was_overtaken_is_not_carried_out_and_what_was_stopped_stays_so()
    {
        using var recorded = new RecordedCall(recordsAtOnce: false);
        var run = recorded.Order(RecordingOrder.Run, 2);
        var rest = recorded.Order(RecordingOrder.Rest, 3);
        var late = recorded.Order(RecordingOrder.Run, 2);
        recorded.Call.Run(2);
        Assert.Equal([CommandOutcome.Done, CommandOutcome.Done, CommandOutcome.RecordingStale], [await run, await rest, await late]);
        var stopped = recorded.Order(RecordingOrder.Stop, 4);
        late = recorded.Order(RecordingOrder.Run, 3);
        recorded.Call.Run(2);
        Assert.Equal([CommandOutcome.Done, CommandOutcome.RecordingStale], [await stopped, await late]);
        // Nor where the overtaking one is the first that is heard of it.
        var other = Guid.CreateVersion7();
        rest = recorded.Order(RecordingOrder.Rest, 9, other);
        late = recorded.Order(RecordingOrder.Run, 8, other);
        recorded.Call.Run(1);
        Assert.Equal([CommandOutcome.Done, CommandOutcome.RecordingStale], [await rest, await late]);
        recorded.Disk.Dispose();
        Assert.Empty(recorded.Files);
    }

    [Fact]
    public void While_it_is_held_nothing_is_recorded_whatever_is_ordered()
    {
        using var recorded = new RecordedCall();
        recorded.Call.Run(2);
        recorded.Call.Post(new HoldRecordings(true));
        recorded.Call.Run(0.01);
        var from = recorded.Call.Network.Now;
        recorded.Call.Run(1);
        recorded.Record();
        recorded.Call.Run(1);
        var until = recorded.Call.Network.Now;
        recorded.Call.Post(new HoldRecordings(false));
        recorded.Call.Run(2);
        recorded.Stop();
        var (records, flaw) = recorded.Read(0, MediaKind.Audio);
        Assert.Equal(Flaw.None, flaw);
        Assert.DoesNotContain(records, record => record.Kind == RecordKind.Packet && record.At > from && record.At <= until);
        Assert.Contains(records, record => record.Kind == RecordKind.Packet && record.At > until + 1_000_000);
    }

    [Fact]
    public async Task Where_there_is_no_disk_for_it_that_is_said()
    {
        var call = new Network.InMemoryCall();
        var outcome = call.Post(new RecordCall(call.Call, Guid.CreateVersion7(), 1, new byte[32], RecordingOrder.Run, 0));
        call.Run(0.01);
        Assert.Equal(CommandOutcome.CannotRecord, await outcome);
    }
}

using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Recording.Export;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Tests.Router.Recording;

public sealed class Exported
{
    [Fact]
    public void Each_person_is_a_file_of_whole_pictures_and_of_sound_that_is_mended()
    {
        using var recorded = new RecordedCall(seed: 5, loss: 0.1, repeatsSound: true);
        recorded.Pages[0].SharesScreen = true;
        recorded.Call.Run(8);
        foreach (var page in recorded.Pages) page.IsQuiet = true;
        recorded.Call.Network.Loss = 0;
        recorded.Call.Run(3);
        recorded.Stop();

        var (report, files) = Export(recorded);
        Assert.Equal(["camera", "camera", "microphone", "microphone", "screen"], report.Tracks.Select(track => track.Kind).Order());
        Assert.Equal(3, files.Count);
        Assert.All(report.Tracks, track => Assert.Equal((Flaw.None, 0L, 0L), (track.Flaw, track.Dropped, track.Unreadable)));
        foreach (var file in report.Files)
        {
            var page = recorded.Pages[recorded.Call.People[0].Value == file.Participant ? 0 : 1];
            var camera = file.IsScreen ? page.Screen : page.Camera;
            var webm = Webm.Read(files[file.Name]);
            Assert.Equal(file.IsScreen ? [1] : [1, 2], webm.Tracks);
            Assert.InRange(webm.Duration, 7_500, 11_500);
            var pictures = webm.Blocks.Where(block => block.Track == 1).ToList();
            Assert.InRange(pictures.Count, 215, 241);
            Assert.True(pictures[0].IsKey);
            // As sent: each picture's packets one after the other, without their descriptors.
            var sent = camera.Sent.Values.GroupBy(packet => packet.Timestamp).Select(frame => Convert.ToHexString([.. frame.SelectMany(packet => packet.Payload[5..])])).ToHashSet();
            Assert.All(pictures, picture => Assert.Contains(Convert.ToHexString(picture.Bytes), sent));
            Steady(pictures, 33.3);
            if (file.IsScreen) continue;
            var sounds = webm.Blocks.Where(block => block.Track == 2).ToList();
            var track = report.Tracks.Single(track => track.Kind == "microphone" && track.Participant == file.Participant);
            // One in ten packets never came; one in a hundred sounds is missing.
            Assert.True(track is { Lost: > 20, Recovered: > 20 } && track.Lost - track.Recovered < 12, $"{track}");
            Assert.Equal(track.Packets + track.Recovered, sounds.Count);
            var numbers = sounds.Select(sound => sound.Bytes[2] << 8 | sound.Bytes[3]).ToList();
            Assert.Equal(numbers.Order().Distinct(), numbers);
            Steady(sounds, 20);
            // Sound and picture that were sent at once are shown at once.
            Assert.InRange(pictures[^1].At - sounds[^1].At, -250, 250);
        }
    }

    static void Steady(List<Webm.Block> blocks, double milliseconds)
    {
        var each = (blocks[^1].At - blocks[0].At) / milliseconds;
        Assert.InRange(blocks.Count, each * 0.9, each + 2);
        for (var i = 1; i < blocks.Count; i++) Assert.InRange(blocks[i].At - blocks[i - 1].At, 0, 300);
    }

    [Fact]
    public void Players_find_their_way_by_the_index()
    {
        using var recorded = new RecordedCall();
        recorded.Call.Run(12);
        recorded.Stop();
        var (report, files) = Export(recorded);
        foreach (var file in report.Files)
        {
            var webm = Webm.Read(files[file.Name]);
            Assert.True(webm.Clusters.Count >= 2);
            Assert.NotEmpty(webm.Cues);
            Assert.All(webm.Cues, cue => Assert.Equal(cue.Time, webm.Clusters[cue.Position]));
        }
        // A stream that can't be gone back in is one that players follow to its end.
        var live = new MemoryStream();
        RecordingExport.Write(recorded.Folder, recorded.Id, recorded.Key, _ => new OnlyForward(live = new MemoryStream()));
        Assert.Empty(Webm.Read(live.ToArray()).Cues);
        Assert.NotEmpty(Webm.Read(live.ToArray()).Blocks);
    }

    [Fact]
    public void What_a_flaw_left_is_exported_and_the_flaw_is_told()
    {
        using var recorded = new RecordedCall();
        foreach (var page in recorded.Pages) page.Camera.PacketBytes = 390;
        recorded.Call.Run(10);
        recorded.Stop();
        var file = recorded.FileOf(0, MediaKind.Video);
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
        var (report, files) = Export(recorded);
        var cut = report.Tracks.Single(track => track.Flaw != Flaw.None);
        Assert.Equal(("camera", Flaw.CutOff, recorded.Call.People[0].Value), (cut.Kind, cut.Flaw, cut.Participant));
        Assert.InRange(cut.Frames, 90, 150);
        Assert.Equal(2, files.Count);

        File.Move(file, RecordingFolder.PathOf(Path.GetDirectoryName(file)!, Guid.CreateVersion7()));
        Assert.Single(Export(recorded).Report.Tracks, track => track.Flaw == Flaw.Foreign);
    }

    [Fact]
    public void A_picture_with_a_hole_is_left_out_and_so_is_what_needs_it()
    {
        var counts = new FrameCounts();
        var frames = new TrackFrames((packet, timestamp) => timestamp, counts);
        var packets = new[] { Picture(10, true), Picture(20, false), Picture(30, false) with { Gap = 1 }, Picture(40, false), Picture(50, true), Picture(60, false) };
        Assert.Equal([10, 20, 50, 60], frames.Pictures(packets).Select(frame => frame.At));
        Assert.Equal((1L, 2L), (counts.Lost, counts.NotShown));
    }

    static OrderedPacket Picture(uint timestamp, bool isKey) => new(0, timestamp, MediaLayout.Vp8Payload, true, [0x10, (byte)(isKey ? 0 : 1), 2, 3], 0, default, 0);

    // The camera's way through the encoder takes 200 ms longer than the sound's; both say when they were by the same wall clock.
    [Fact]
    public void Sound_and_pictures_lie_side_by_side_as_the_publishers_clock_says()
    {
        const long at = 5_000_000;
        var sound = new TrackTimes(new TrackStart(MediaKind.Audio, 48_000, Guid.Empty, 0, at, at));
        var video = new TrackTimes(new TrackStart(MediaKind.Video, 90_000, Guid.Empty, 0, at, at));
        const ulong hour = 3_900_000_000ul << 32;
        var (soundClock, videoClock) = (new SenderClock(hour, 7_000, at), new SenderClock(hour, 900, at));
        var heard = new OrderedPacket(0, 7_000 + 48_000, 111, true, [1], at + 1_030_000, soundClock, 0);
        var seen = new OrderedPacket(0, 900 + 90_000, 96, true, [1], at + 1_230_000, videoClock, 0);
        sound.Learn(heard);
        video.Learn(seen);
        var least = long.Min(sound.LeastByNtp, video.LeastByNtp);
        sound.Rewind();
        video.Rewind();
        Assert.Equal(at + 1_030_000, sound.Of(heard, heard.Timestamp, least));
        Assert.Equal(at + 1_030_000, video.Of(seen, seen.Timestamp, least));
    }

    [Fact]
    public void Numbers_that_wrap_and_an_ssrc_that_begins_anew_are_put_in_order()
    {
        List<TrackRecord> records = [Record(65_534, 1, 0), Record(0, 1, 40), Record(65_535, 1, 60), Record(1, 1, 80), Record(500, 2, 100), Record(501, 2, 120)];
        var ordered = PacketOrder.Of(records, isSound: false).ToList();
        Assert.Equal([0, 0, 0, 0, 1, 1], ordered.Select(packet => packet.Life));
        Assert.Equal([0, 60, 40, 80, 100, 120], ordered.Select(packet => packet.At / 1000));
        Assert.All(ordered, packet => Assert.Equal(0, packet.Gap));
        // Never came: waited for as long as a retransmission may take, no longer.
        records = [Record(10, 1, 0), Record(12, 1, 20), Record(13, 1, 4_900), Record(14, 1, 5_100)];
        ordered = [.. PacketOrder.Of(records, isSound: false)];
        Assert.Equal([0L, 1, 0, 0], ordered.Select(packet => packet.Gap));
    }

    static TrackRecord Record(ushort number, uint ssrc, long milliseconds)
    {
        var packet = new byte[16];
        RtpHeader.Write(packet, false, 96, number, 0, ssrc);
        return new TrackRecord(RecordKind.Packet, milliseconds * 1000, packet, false, default, 0);
    }

    static (ExportReport Report, Dictionary<string, byte[]> Files) Export(RecordedCall recorded)
    {
        var files = new Dictionary<string, MemoryStream>();
        var report = RecordingExport.Write(recorded.Folder, recorded.Id, recorded.Key, name => files[name] = new MemoryStream());
        return (report, files.ToDictionary(file => file.Key, file => file.Value.ToArray()));
    }

    sealed class OnlyForward(Stream to) : Stream
    {
        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() => to.Flush();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => to.Write(buffer, offset, count);
    }
}

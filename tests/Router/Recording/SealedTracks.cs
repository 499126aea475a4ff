using System.Buffers.Binary;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Recording.Export;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Tests.Router.Recording;

/// <summary>Whoever has the disk, without the key, reads nothing and changes nothing without its being seen.</summary>
public sealed class SealedTracks
{
    [Fact]
    public void What_was_taken_away_swapped_repeated_or_changed_is_found_and_named()
    {
        using var recorded = Five();
        var (file, other) = (recorded.FileOf(0, MediaKind.Video), recorded.FileOf(1, MediaKind.Video));
        var (bytes, foreign) = (File.ReadAllBytes(file), File.ReadAllBytes(other));
        var (chunks, others) = (Chunks(bytes), Chunks(foreign));
        Assert.True(chunks.Count > 5);
        var whole = recorded.Read(file).Records;
        byte[] Put(params int[] order) => [.. bytes[..SealedChunks.HeaderSize], .. order.SelectMany(i => bytes[chunks[i]])];
        int[] all = [.. Enumerable.Range(0, chunks.Count)];

        Is(Flaw.None, Put(all));
        Is(Flaw.Unfinished, Put(all[..^1]));
        Is(Flaw.Unfinished, Put(all[..2]));
        Is(Flaw.OutOfOrder, Put([0, 2, 1, .. all[3..]]));
        Is(Flaw.OutOfOrder, Put([0, 1, 1, .. all[2..]]));
        Is(Flaw.OutOfOrder, Put([0, .. all[2..]]));
        Is(Flaw.OutOfOrder, Put([0, all[^1]]));
        Is(Flaw.Continued, [.. bytes, 0]);
        Is(Flaw.Continued, [.. bytes, .. bytes[chunks[1]]]);
        Is(Flaw.Foreign, [.. bytes[..chunks[1].Start.Value], .. foreign[others[1]], .. bytes[chunks[2].Start.Value..]]);
        // Under this track's name, so that only the seal tells.
        byte[] renamed = [.. bytes[chunks[1].Start.Value..(chunks[1].Start.Value + 16)], .. foreign[others[1]][16..]];
        Is(Flaw.Altered, [.. bytes[..chunks[1].Start.Value], .. renamed, .. bytes[chunks[2].Start.Value..]]);
        Is(Flaw.Foreign, foreign);
        // Shortened, and the end declared.
        var ended = Put(0, 1);
        ended[chunks[1].Start.Value + 20] |= 0x80;
        Is(Flaw.Altered, ended);
        // The same chunk under another number.
        var moved = Put(0, 1, 1);
        BinaryPrimitives.WriteUInt32BigEndian(moved.AsSpan(chunks[1].End.Value + 16), 2);
        Is(Flaw.Altered, moved);
        Is(Flaw.NotARecording, [1, 2, 3]);

        void Is(Flaw flaw, byte[] changed)
        {
            var (records, found) = recorded.Read(file, changed);
            Assert.Equal(flaw, found);
            Assert.Equal(whole.Take(records.Count).Select(record => record.At), records.Select(record => record.At));
            Assert.True(flaw is Flaw.None or Flaw.Continued ? records.Count == whole.Count : records.Count < whole.Count);
        }
    }

    [Fact]
    public void No_bit_can_be_turned_over_and_no_byte_taken_off_the_end()
    {
        using var recorded = Five();
        var file = recorded.FileOf(0, MediaKind.Audio);
        var bytes = File.ReadAllBytes(file);
        var whole = recorded.Read(file).Records;
        for (var at = 0; at < bytes.Length; at += at < 400 ? 1 : 97)
        {
            var turned = bytes.ToArray();
            turned[at] ^= (byte)(1 << at % 8);
            var (records, flaw) = recorded.Read(file, turned);
            Assert.True(flaw is not (Flaw.None or Flaw.Continued or Flaw.Unfinished), $"{at}: {flaw}");
            Assert.Equal(whole.Take(records.Count).Select(record => record.At), records.Select(record => record.At));
        }
        for (var length = 0; length < bytes.Length; length += length < 400 ? 1 : 61)
        {
            var (records, flaw) = recorded.Read(file, bytes[..length]);
            Assert.True(flaw is Flaw.CutOff or Flaw.Unfinished or Flaw.NotARecording, $"{length}: {flaw}");
            Assert.Equal(whole.Take(records.Count).Select(record => record.At), records.Select(record => record.At));
        }
    }

    [Fact]
    public void Another_key_another_recording_and_another_track_open_nothing()
    {
        using var recorded = Five();
        var file = recorded.FileOf(0, MediaKind.Video);
        var name = new TrackName(recorded.Id, Guid.ParseExact(Path.GetFileNameWithoutExtension(file), "N"));
        Assert.Equal(Flaw.None, FlawOf(recorded.Key, name));
        Assert.Equal(Flaw.Altered, FlawOf(new byte[32], name));
        Assert.Equal(Flaw.Foreign, FlawOf(recorded.Key, name with { Recording = Guid.CreateVersion7() }));
        Assert.Equal(Flaw.Foreign, FlawOf(recorded.Key, name with { Track = Guid.CreateVersion7() }));

        Flaw FlawOf(byte[] key, TrackName expected)
        {
            using var reader = new TrackReader(File.OpenRead(file), key, expected);
            Assert.True(reader.Records().Any() == (reader.Flaw == Flaw.None));
            return reader.Flaw;
        }
    }

    [Fact]
    public void Whoever_dies_leaves_everything_up_to_a_second_ago()
    {
        using var recorded = new RecordedCall();
        recorded.Call.Run(5);
        var now = recorded.Call.Network.Now;
        var written = recorded.Disk.Chunks;
        Assert.True(SpinWait.SpinUntil(() => recorded.Files.Count == 4 && recorded.Files.All(file => recorded.Read(file).Flaw == Flaw.Unfinished && recorded.Read(file).Records is [.., var last] && last.At > now - 1_400_000), 10_000));
        Assert.True(written > 0);
    }

    [Fact]
    public void Nothing_in_clear_is_on_the_disk()
    {
        using var recorded = Five();
        var files = recorded.Files.Select(File.ReadAllBytes).ToList();
        var person = new byte[16];
        recorded.Call.People[0].Value.TryWriteBytes(person, bigEndian: true, out _);
        foreach (var bytes in files)
        {
            Assert.Equal(-1, bytes.AsSpan().IndexOf(person));
            // Whatever was sent, and most of it is zeros: no eight bytes of any payload.
            Assert.Equal(-1, bytes.AsSpan().IndexOf(new byte[8]));
            foreach (var sent in recorded.Pages[0].Sent!.Values.Take(200)) Assert.Equal(-1, bytes.AsSpan().IndexOf(sent.AsSpan(4, 8)));
        }
        Assert.All(recorded.Files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    // Whole tracks of some seconds.
    static RecordedCall Five()
    {
        var recorded = new RecordedCall();
        foreach (var page in recorded.Pages) page.Camera.PacketBytes = 390;
        recorded.Call.Run(8);
        recorded.Stop();
        return recorded;
    }

    static List<Range> Chunks(byte[] file)
    {
        var chunks = new List<Range>();
        for (var at = SealedChunks.HeaderSize; at < file.Length;)
        {
            var length = SealedChunks.HeadSize + SealedChunks.TagSize + (int)(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 20)) & ~SealedChunks.Last);
            chunks.Add(at..(at + length));
            at += length;
        }
        return chunks;
    }
}

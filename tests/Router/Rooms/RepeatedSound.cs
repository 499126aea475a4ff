using FirstRing.Media.Rtc.Sdp;
using FirstRing.Simulate.Network;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

/// <summary>Sound that repeats itself (RFC 2198), from those who can to those who can, and to the others.</summary>
public sealed class RepeatedSound
{
    static (InMemoryCall Call, Page Speaker, Page Listener) Two(bool repeats, bool takes)
    {
        var call = new InMemoryCall();
        var (speaker, listener) = (call.Join(0), call.Join(1));
        speaker.RepeatsSound = repeats;
        listener.TakesRepeated = takes;
        call.Answer(0, speaker);
        call.Answer(1, listener);
        call.Admit(0, 0);
        call.Admit(1, 1);
        return (call, speaker, listener);
    }

    [Theory]
    [InlineData(true, true, MediaLayout.RedPayload)]
    [InlineData(true, false, MediaLayout.OpusPayload)]
    [InlineData(false, true, MediaLayout.RedPayload)]
    [InlineData(false, false, MediaLayout.OpusPayload)]
    public void Everyone_gets_what_they_can_read(bool repeats, bool takes, int type)
    {
        var (call, _, listener) = Two(repeats, takes);
        call.Run(3);
        Assert.InRange(listener.Sounds.Count, 130, 150);
        // Before the first sound there is none to repeat.
        Assert.All(listener.Sounds.Skip(1), sound => Assert.Equal(type, sound.Type));
        // The newest sound of each packet is whole, and none is missing between.
        var numbers = listener.Sounds.Select(sound => sound.Number).ToArray();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
        Assert.Equal(0, call.Of(0).Dropped);
        Assert.Equal(repeats, call.Of(0).RepeatedSoundIn > 130);
        Assert.Equal(listener.Sounds.Count(sound => sound.Type == MediaLayout.RedPayload), call.Of(1).RepeatedSoundOut!.Value, 2d);
    }

    [Fact]
    public void What_is_lost_on_the_way_to_the_listener_is_heard_from_the_next_packet_whoever_spoke()
    {
        foreach (var repeats in (bool[])[true, false])
        {
            var (call, _, listener) = Two(repeats, takes: true);
            call.Run(1);
            call.Network.Narrow(listener.Address, new LinkConditions { BitsPerSecond = 5_000_000, QueueBytes = 200_000, Delay = 20_000, Loss = Loss.Even(0.1) });
            var before = listener.Sounds.Count;
            call.Run(20);
            var arrived = listener.Sounds.Skip(before).Select(sound => sound.Number).ToHashSet();
            var heard = arrived.Concat(listener.Repeated).ToHashSet();
            var sent = Enumerable.Range(arrived.Min(), arrived.Max() - arrived.Min()).ToArray();
            Assert.InRange(sent.Count(number => !arrived.Contains(number)) / (double)sent.Length, 0.05, 0.2);
            // Two of a row: 1 % of all.
            Assert.InRange(sent.Count(number => !heard.Contains(number)) / (double)sent.Length, 0, 0.03);
        }
    }

    [Fact]
    public void What_was_lost_on_the_way_to_the_node_or_came_late_is_not_made_up()
    {
        var (call, speaker, listener) = Two(repeats: false, takes: true);
        call.Run(1);
        speaker.SendsAudio = false;
        call.Run(0.1);
        listener.Sounds.Clear();
        listener.Repeated.Clear();
        // 1002 overtakes 1001; 1003 is lost; 1005 comes after half a second of silence.
        foreach (var (number, at) in new[] { (1000, 0), (1002, 2), (1001, 1), (1004, 4), (1005, 30), (1006, 31) })
            speaker.SendRtp(false, MediaLayout.OpusPayload, (ushort)number, (uint)(at * 960), speaker.AudioSsrc, [7, 1, (byte)(number >> 8), unchecked((byte)number)], "mic");
        call.Run(0.2);
        Assert.Equal([1000, 1002, 1001, 1004, 1005, 1006], listener.Sounds.Select(sound => sound.Number));
        Assert.Equal([1005], listener.Repeated);
    }

    [Fact]
    public void A_path_without_room_for_it_gets_the_newest_alone_and_all_of_it_again_later()
    {
        var (call, _, listener) = Two(repeats: true, takes: true);
        call.Run(2);
        call.Network.Narrow(listener.Address, new LinkConditions { BitsPerSecond = 70_000, QueueBytes = 20_000, Delay = 20_000 });
        call.Run(10);
        Assert.Equal(MediaLayout.OpusPayload, listener.Sounds[^1].Type);
        call.Network.Narrow(listener.Address, new LinkConditions { BitsPerSecond = 5_000_000, QueueBytes = 200_000, Delay = 20_000 });
        call.Run(15);
        Assert.Equal(MediaLayout.RedPayload, listener.Sounds[^1].Type);
    }

    [Fact]
    public void What_only_looks_like_it_goes_nowhere()
    {
        var (call, speaker, listener) = Two(repeats: false, takes: true);
        call.Run(1);
        var heard = listener.Sounds.Count;
        speaker.SendsAudio = false;
        for (var i = 0; i < 20; i++) speaker.SendRtp(false, MediaLayout.RedPayload, (ushort)(1000 + i), 1, speaker.AudioSsrc, [0xEF, 0, 3, 0xFF, 0x6F, 1], "mic");
        call.Run(0.2);
        Assert.InRange(listener.Sounds.Count, heard, heard + 2);
        Assert.Equal(20, call.Of(0).Dropped);
    }
}

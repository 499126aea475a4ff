using System.Buffers.Binary;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Tests.Router.Network;

namespace FirstRing.Tests.Router.Rooms;

public sealed class HostileInput
{
    [Fact]
    public void A_flood_of_garbage_leaves_the_call_alone()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        var random = new Random(9);
        for (var round = 0; round < 200; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                var garbage = new byte[random.Next(0, 1500)];
                random.NextBytes(garbage);
                // Half of it in the name of a peer: whoever shares its address, or forges it.
                if (garbage.Length > 0) garbage[0] = (byte)(new[] { 0, 1, 22, 128, 144, 200 }[random.Next(6)]);
                var stranger = new RemoteAddress(0, 0xFFFF_C000_0000ul + (ulong)random.Next(5000), (ushort)random.Next(65536), 0);
                call.Inject(garbage, i % 2 == 0 ? a.Address : stranger);
            }
            call.Run(0.01);
        }
        var video = b.On(MediaLayout.VideoSsrc(0));
        Assert.True(video.Packets.Count > 300);
        Assert.Equal(0, video.Missing);
        Assert.Equal(2, call.Worker.Counters.Peers);
        Assert.True(call.Worker.Counters.UnknownSources > 1000);
        Assert.True(call.Of(0).AuthenticationFailures > 1000);
    }

    [Fact]
    public void A_replayed_packet_goes_nowhere()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        (a.SendsVideo, b.SendsVideo, a.SendsAudio) = (false, false, false);
        call.Run(0.2);
        var replayed = a.LastMediaSent!;
        var (forwarded, failures) = (call.Of(1).PacketsForwarded, call.Of(0).AuthenticationFailures);
        for (var i = 0; i < 50; i++) call.Inject(replayed.ToArray(), a.Address);
        Assert.Equal(forwarded, call.Of(1).PacketsForwarded);
        Assert.Equal(failures + 50, call.Of(0).AuthenticationFailures);
    }

    [Fact]
    public void Media_from_an_address_that_was_not_proved_is_dropped_unread()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        var opened = call.Dtls.Opened;
        var elsewhere = a.Address with { Port = 1 };
        var dtls = new byte[16];
        dtls[0] = 22;
        call.Inject(dtls, elsewhere);
        call.Inject(a.LastMediaSent!.ToArray(), elsewhere);
        Assert.Equal(opened, call.Dtls.Opened);
        Assert.Equal(2, call.Worker.Counters.UnknownSources);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > 50);
    }

    [Fact]
    public void Malformed_feedback_is_counted_and_nothing_else()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        var before = call.Of(0).Dropped;
        var random = new Random(4);
        for (var i = 0; i < 2000; i++)
        {
            var packet = new byte[random.Next(2, 60) * 4];
            random.NextBytes(packet);
            packet[0] = (byte)(0x80 | random.Next(32));
            packet[1] = (byte)random.Next(192, 224);
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(random.Next(4) == 0 ? random.Next(70) : packet.Length / 4 - 1));
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), a.AudioSsrc);
            a.SendRtcp(packet);
        }
        call.Run(1);
        Assert.True(call.Of(0).Dropped > before + 500);
        Assert.Equal(0, b.On(MediaLayout.VideoSsrc(0)).Missing);
        Assert.True(b.On(MediaLayout.VideoSsrc(0)).Packets.Count > 150);
        Assert.Equal("connected", call.Of(0).State);
    }

    [Fact]
    public void Unannounced_streams_are_dropped_and_bounded()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        // More than SRTP keeps state for fall by their authentication instead.
        for (var i = 0u; i < 30; i++) a.SendRtp(false, 96, 1, 1, 10_000 + i, [1, 2, 3], "cam");
        call.Run(0.1);
        Assert.Equal(30, call.Of(0).Dropped);
        Assert.Equal(0, b.On(MediaLayout.VideoSsrc(0)).Missing);
    }

    [Fact]
    public void Requests_without_proof_get_an_error_and_unknown_demands_a_420()
    {
        var call = new InMemoryCall();
        var a = call.JoinAdmitted(0);
        call.Run(1);
        a.ChecksIce = false;
        var errors = a.StunErrors;
        a.Check(nominates: true, password: "aaaaaaaaaaaaaaaaaaaaaaaa");
        call.Run(0.1);
        Assert.Equal(errors + 1, a.StunErrors);
        a.Check(nominates: true, extraAttribute: 0x0042);
        call.Run(0.1);
        Assert.Equal(errors + 2, a.StunErrors);
    }

    [Fact]
    public void A_peer_remembers_eight_addresses_and_the_worker_no_more()
    {
        var call = new InMemoryCall();
        var (a, b) = (call.JoinAdmitted(0), call.JoinAdmitted(1));
        call.Run(1);
        for (ushort port = 1000; port < 1100; port++) a.Check(nominates: false, from: a.Address with { Port = port });
        call.Run(0.1);
        var before = call.Worker.Counters.UnknownSources;
        var known = 0;
        for (ushort port = 1000; port < 1100; port++)
        {
            call.Inject(a.LastMediaSent!.ToArray(), a.Address with { Port = port });
            known += before == call.Worker.Counters.UnknownSources ? 1 : 0;
            before = call.Worker.Counters.UnknownSources;
        }
        Assert.Equal(7, known);
        call.Run(1);
        Assert.Equal(0, b.On(MediaLayout.VideoSsrc(0)).Missing);
        Assert.True(a.On(MediaLayout.VideoSsrc(0)).Packets.Count > 150);
    }
}

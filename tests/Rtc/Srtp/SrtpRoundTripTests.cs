using CsCheck;
using FirstRing.Media.Rtc.Srtp;

namespace FirstRing.Tests.Rtc.Srtp;

public sealed class SrtpRoundTripTests
{
    public static TheoryData<SrtpProfile> Profiles => [SrtpProfile.AeadAes128Gcm, SrtpProfile.Aes128CmHmacSha1_80];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Packets_of_any_size_come_back(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        ushort sequence = 0;
        for (var size = 0; size < 1500; size += size < 70 ? 1 : 113)
        {
            var plain = SrtpPair.Plain(sequence++, payload: size);
            var packet = pair.Seal(plain);
            Assert.Equal(plain.Length + profile.TagLength(), packet.Length);
            Assert.Equal(plain, pair.Open(packet));
        }
    }

    // Loss and reordering within the window, from any start, over several rollovers.
    [Theory]
    [MemberData(nameof(Profiles))]
    public void Loss_reordering_and_rollover_are_survived(SrtpProfile profile) =>
        Gen.Select(Gen.UShort, Gen.Int[1, 900], Gen.Int[0, 100], Gen.UInt).Sample((start, stride, jitter, seed) =>
        {
            using var pair = new SrtpPair(profile);
            var late = new PriorityQueue<(byte[] Plain, byte[] Packet), long>();
            for (var i = 0; i < 600; i++)
            {
                var plain = SrtpPair.Plain((ushort)(start + i * stride), payload: i % 20);
                var packet = pair.Seal(plain);
                seed = seed * 1664525 + 1013904223;
                // The very first packet is neither lost nor late: without it nobody can know the rollover count of a stream that starts at the end.
                if (i > 0 && seed >> 29 == 0) continue;
                late.Enqueue((plain, packet), i == 0 ? -1 : i * stride + (seed >> 8) % (jitter + 1));
            }
            while (late.TryDequeue(out var item, out _))
                if (pair.Open(item.Packet) is not { } opened || !opened.AsSpan().SequenceEqual(item.Plain))
                    return false;
            return pair.Receiver is { Forged: 0, Replayed: 0 };
        }, iter: 30);

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_replay_is_refused_and_a_late_first_copy_is_not(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var sealedPackets = Enumerable.Range(65_000, 1_500).Select(i => pair.Seal(SrtpPair.Plain((ushort)i))).ToArray();
        for (var i = 0; i < sealedPackets.Length; i++)
            if (i != 700)
                Assert.NotNull(pair.Open(sealedPackets[i]));
        Assert.NotNull(pair.Open(sealedPackets[700])); // 799 behind, across the rollover
        foreach (var packet in sealedPackets) Assert.Null(pair.Open(packet));
        Assert.Equal(sealedPackets.Length, pair.Receiver.Replayed + pair.Receiver.Forged);
        Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain(unchecked((ushort)66_500)))));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_forged_packet_changes_nothing(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var first = pair.Seal(SrtpPair.Plain(65_535));
        var second = pair.Seal(SrtpPair.Plain(0));
        for (var bit = 16; bit < second.Length * 8; bit++)
        {
            var forged = (byte[])second.Clone();
            forged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Null(pair.Open(forged));
        }
        Assert.NotNull(pair.Open(first));
        for (var i = 0; i < 100; i++)
        {
            var forged = (byte[])second.Clone();
            forged[^1] ^= 1;
            Assert.Null(pair.Open(forged));
        }
        Assert.NotNull(pair.Open(second));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_stream_whose_start_was_lost_just_before_the_rollover_is_opened(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var before = pair.Seal(SrtpPair.Plain(65_534));
        pair.Seal(SrtpPair.Plain(65_535));
        Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain(3))));
        Assert.NotNull(pair.Open(before));
        Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain(4))));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void An_outage_of_over_half_the_circle_is_caught_up_with(SrtpProfile profile)
    {
        foreach (var lost in (int[])[33_000, 40_000, 50_000, 65_000])
        {
            using var pair = new SrtpPair(profile);
            for (var i = 0; i < 10; i++) Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain((ushort)(70_000 + i)))));
            for (var i = 0; i < lost; i += 1000) pair.Seal(SrtpPair.Plain((ushort)(70_010 + i)));
            var opened = 0;
            for (var i = 0; i < 40; i++) opened += pair.Open(pair.Seal(SrtpPair.Plain((ushort)(70_010 + lost + i)))) is null ? 0 : 1;
            Assert.True(opened >= 28, $"{lost} lost: {opened} of 40 opened");
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_sender_seals_an_index_once(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Assert.NotEmpty(pair.Seal(SrtpPair.Plain(5)));
        Assert.NotEmpty(pair.Seal(SrtpPair.Plain(7)));
        Assert.NotEmpty(pair.Seal(SrtpPair.Plain(6)));
        Assert.Empty(pair.Seal(SrtpPair.Plain(6)));
        Assert.Empty(pair.Seal(SrtpPair.Plain(7)));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_table_of_streams_is_bounded(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        for (var ssrc = 0u; ssrc < SrtpReceiver.MaxStreams; ssrc++) Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain(1, ssrc))));
        Assert.Empty(pair.Seal(SrtpPair.Plain(1, 1000)));
        Assert.NotNull(pair.Open(pair.Seal(SrtpPair.Plain(2, 3))));
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Rtcp_comes_back_once(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        for (var size = 8; size < 200; size += 4)
        {
            var plain = new byte[size];
            (plain[0], plain[1], plain[3], plain[7]) = (0x80, 201, (byte)(size / 4 - 1), 9);
            var packet = new byte[size + profile.RtcpOverhead()];
            Assert.Equal(packet.Length, pair.Sender.ProtectRtcp(plain, packet));
            var replay = (byte[])packet.Clone();
            var forged = (byte[])packet.Clone();
            forged[size / 2] ^= 1;
            Assert.False(pair.Receiver.TryUnprotectRtcp(forged, out _));
            Assert.True(pair.Receiver.TryUnprotectRtcp(packet, out var length));
            Assert.Equal(plain, packet[..length]);
            Assert.False(pair.Receiver.TryUnprotectRtcp(replay, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Any_bytes_are_survived(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        Gen.Select(Gen.Byte[0x80, 0xBF], Gen.Byte.Array[0, 120]).Sample((first, bytes) =>
        {
            if (bytes.Length > 0) bytes[0] = first;
            var copy = (byte[])bytes.Clone();
            return !pair.Receiver.TryUnprotectRtp(bytes, out _) && !pair.Receiver.TryUnprotectRtcp(copy, out _)
                && pair.Sender.ProtectRtcp(bytes, copy) == 0;
        }, threads: 1);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Nothing_is_allocated_per_packet(SrtpProfile profile)
    {
        using var pair = new SrtpPair(profile);
        var plain = SrtpPair.Plain(0, payload: 1100);
        var report = new byte[] { 0x80, 201, 0, 1, 0, 0, 0, 9 };
        var packet = new byte[1300];
        ushort sequence = 0;
        Assert.Equal(0, Allocations.Of(() =>
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(plain.AsSpan(2), sequence++);
            var length = pair.Sender.ProtectRtp(plain, 12, packet);
            if (!pair.Receiver.TryUnprotectRtp(packet.AsSpan(0, length), out _)) throw new InvalidOperationException("refused");
            length = pair.Sender.ProtectRtcp(report, packet);
            if (!pair.Receiver.TryUnprotectRtcp(packet.AsSpan(0, length), out _)) throw new InvalidOperationException("refused");
        }));
    }
}

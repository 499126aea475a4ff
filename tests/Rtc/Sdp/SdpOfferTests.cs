using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Tests.Rtc.Sdp;

public sealed class SdpOfferTests
{
    internal static SdpOffer Offer() => new()
    {
        Id = 42,
        Ufrag = "serverUfrag",
        Password = "serverPasswordOf22Chars",
        Fingerprint = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(),
        Candidates = [new("192.0.2.1", 4000), new("2001:db8::1", 4000), new("192.0.2.1", 443, CandidateProtocol.Tcp)],
    };

    [Fact]
    public void The_sections_are_those_of_the_signaling_document()
    {
        var lines = Offer().Write().Split("\r\n");
        Assert.Equal(["mic", "cam", "scr", "a0", "a1", "a2", "a3", "a4", "v0", "v1", "v2", "v3", "v4", "s0"],
            lines.Where(l => l.StartsWith("a=mid:", StringComparison.Ordinal)).Select(l => l[6..]));
        Assert.Equal(3, lines.Count(l => l == "a=recvonly"));
        Assert.Equal(11, lines.Count(l => l == "a=sendonly"));
        Assert.Equal(6, lines.Count(l => l == "m=audio 9 UDP/TLS/RTP/SAVPF 63 111"));
        Assert.Equal(8, lines.Count(l => l == "m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103"));
        Assert.Contains("a=group:BUNDLE mic cam scr a0 a1 a2 a3 a4 v0 v1 v2 v3 v4 s0", lines);
        Assert.Single(lines, "a=ice-lite");
        Assert.Single(lines, "a=setup:actpass");
        Assert.Equal(6, lines.Count(l => l == "a=fmtp:111 minptime=10;useinbandfec=1"));
        Assert.Equal(6, lines.Count(l => l == "a=fmtp:63 111/111"));
        Assert.Equal(8, lines.Count(l => l == "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"));
        Assert.Equal(3, lines.Count(l => l == "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid"));
        Assert.Contains("a=fingerprint:sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F", lines);
        Assert.Contains("a=candidate:1 1 udp 2130706431 192.0.2.1 4000 typ host", lines);
        Assert.Contains("a=candidate:3 1 tcp 2122317311 192.0.2.1 443 typ host tcptype passive", lines);
    }

    [Fact]
    public void Streams_of_slots_have_their_fixed_ssrcs()
    {
        var lines = Offer().Write().Split("\r\n");
        for (var slot = 0; slot < MediaLayout.Slots; slot++)
        {
            Assert.Contains($"a=ssrc:{0x10000000 + slot} cname:firstring", lines);
            Assert.Contains($"a=ssrc-group:FID {0x20000000 + slot} {0x30000000 + slot}", lines);
        }
        Assert.Contains($"a=ssrc-group:FID {0x40000000} {0x50000000}", lines);
        Assert.Equal(5 + 2 * 6, lines.Count(l => l.StartsWith("a=ssrc:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_seat_sees_the_others_in_five_slots()
    {
        for (var mine = 0; mine < MediaLayout.Seats; mine++)
        {
            var slots = new HashSet<int>();
            for (var seat = 0; seat < MediaLayout.Seats; seat++)
            {
                var slot = MediaLayout.SlotOf(seat, mine);
                if (seat == mine) Assert.Equal(-1, slot);
                else
                {
                    Assert.True(slots.Add(slot));
                    Assert.Equal(seat, MediaLayout.SeatIn(slot, mine));
                }
            }
            Assert.Equal([0, 1, 2, 3, 4], slots.Order());
        }
        Assert.Equal(-1, MediaLayout.SlotOf(6, 0));
        Assert.Equal(-1, MediaLayout.SlotOf(0, -1));
    }

    [Fact]
    public void Mids_lead_back_to_their_slots()
    {
        foreach (var kind in Enum.GetValues<MediaKind>())
            for (var slot = 0; slot < (kind == MediaKind.Screen ? 1 : MediaLayout.Slots); slot++)
                Assert.True(MediaLayout.TryFindSlot(MediaLayout.MidOf(kind, slot), out var k, out var s) && (k, s) == (kind, slot));
        foreach (var other in (string[])["a5", "v9", "s1", "mic", "", "x0"]) Assert.False(MediaLayout.TryFindSlot(other, out _, out _));
        Assert.True(MediaLayout.TryFindSource("cam"u8, out var source) && source == MediaKind.Video);
        Assert.True(MediaLayout.TryFindSource("mic"u8, out source) && source == MediaKind.Audio);
        Assert.False(MediaLayout.TryFindSource("v0"u8, out _));
    }
}

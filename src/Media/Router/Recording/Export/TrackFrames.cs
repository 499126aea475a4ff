using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Router.Recording.Export;

/// <summary>What a player is given at a time: a picture, or some milliseconds of sound. <paramref name="At"/> in UTC microseconds.</summary>
internal readonly record struct Frame(long At, bool IsKey, byte[] Bytes);

/// <summary>What became of a track's packets.</summary>
internal sealed class FrameCounts
{
    /// <summary>Packets that never came.</summary>
    public long Lost { get; set; }
    /// <summary>Sound that came by a later packet alone (RFC 2198).</summary>
    public long Recovered { get; set; }
    public long Frames { get; set; }
    /// <summary>Pictures left out, since something that they need never came.</summary>
    public long NotShown { get; set; }
}

/// <summary>Makes frames of packets in order.</summary>
internal sealed class TrackFrames(Func<OrderedPacket, uint, long> timeOf, FrameCounts counts)
{
    const int MostRepeats = 8;

    /// <summary>Sound, taken out of its repetitions: what is repeated counts where the packet that had it is missing.</summary>
    public IEnumerable<Frame> Sound(IEnumerable<OrderedPacket> packets)
    {
        var (life, last) = (-1, 0u);
        foreach (var packet in packets)
        {
            counts.Lost += packet.Gap;
            var isNew = packet.Life != life;
            foreach (var (timestamp, sound, isRepeat) in Of(packet))
            {
                if (sound.Length == 0 || (!isNew && unchecked((int)(timestamp - last)) <= 0) || (isNew && isRepeat)) continue;
                if (isRepeat) counts.Recovered++;
                (life, last, isNew) = (packet.Life, timestamp, false);
                counts.Frames++;
                yield return new Frame(timeOf(packet, timestamp), IsKey: true, sound);
            }
        }
    }

    static List<(uint Timestamp, byte[] Sound, bool IsRepeat)> Of(in OrderedPacket packet)
    {
        if (packet.PayloadType == MediaLayout.OpusPayload) return [(packet.Timestamp, packet.Payload, false)];
        if (packet.PayloadType != MediaLayout.RedPayload || !Red.TryFindPrimary(packet.Payload, out var primary, out _)) return [];
        var all = new List<(uint, byte[], bool)>();
        Span<Red.Earlier> earlier = stackalloc Red.Earlier[MostRepeats];
        for (var (i, count) = (0, Red.FindEarlier(packet.Payload, earlier)); i < count; i++)
            all.Add((packet.Timestamp - earlier[i].Ticks, packet.Payload.AsSpan(earlier[i].At, earlier[i].Length).ToArray(), true));
        all.Add((packet.Timestamp, packet.Payload[primary..], false));
        return all;
    }

    /// <summary>VP8 pictures (RFC 7741 §4.4), whole ones alone; after a loss from the next keyframe on.</summary>
    public IEnumerable<Frame> Pictures(IEnumerable<OrderedPacket> packets)
    {
        using var picture = new MemoryStream();
        var (isWhole, isKey, isShown, life) = (false, false, false, -1);
        foreach (var packet in packets)
        {
            counts.Lost += packet.Gap;
            if (packet.Gap > 0 || packet.Life != life) (isWhole, isShown, life) = (false, false, packet.Life);
            if (packet.PayloadType != MediaLayout.Vp8Payload || !Vp8Descriptor.TryRead(packet.Payload, out var descriptor)) continue;
            if (descriptor is { StartsPartition: true, Partition: 0 })
            {
                picture.SetLength(0);
                (isWhole, isKey) = (true, descriptor.IsKeyFrame);
            }
            picture.Write(packet.Payload.AsSpan(descriptor.Length));
            if (!packet.Marker) continue;
            isShown = isWhole && (isKey || isShown);
            if (isShown)
            {
                counts.Frames++;
                yield return new Frame(timeOf(packet, packet.Timestamp), isKey, picture.ToArray());
            }
            else counts.NotShown++;
            isWhole = false;
        }
    }
}

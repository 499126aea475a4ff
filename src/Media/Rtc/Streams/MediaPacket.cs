using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>One decrypted packet on its way from a publisher to its subscribers. Lives as long as the datagram's buffer.</summary>
public ref struct MediaPacket
{
    /// <summary>The stream it came on.</summary>
    public ReceiveStream Source { get; internal set; }
    /// <summary>Its sequence number in the publisher's stream, unwrapped.</summary>
    public long Sequence { get; internal set; }
    /// <summary>Its timestamp in the publisher's stream.</summary>
    public uint Timestamp { get; internal set; }
    /// <summary>The payload. Writable: each subscriber's picture ids are put into it just before it is encrypted for that subscriber.</summary>
    public Span<byte> Payload { get; internal set; }
    /// <summary>The payload type.</summary>
    public byte PayloadType { get; internal set; }
    /// <summary>The marker bit.</summary>
    public bool Marker { get; internal set; }
    /// <summary>A decoder can begin here.</summary>
    public bool StartsKeyFrame { get; internal set; }
    /// <summary>Bytes of headers and repeated sound in front of the newest sound (RFC 2198); 0 where nothing is repeated.</summary>
    public int Repeated { get; internal set; }
    /// <summary>The audio level extension as it came (RFC 6464), −1 without.</summary>
    public short AudioLevel { get; internal set; }
    /// <summary>The VP8 descriptor; its length is 0 for other codecs.</summary>
    public Vp8Descriptor Picture { get; internal set; }
    /// <summary>The whole RTP packet as it came, decrypted.</summary>
    public ReadOnlySpan<byte> Arrived { get; internal set; }
    /// <summary>A retransmission brought it: <see cref="Arrived"/> is that one (RFC 4588).</summary>
    public bool IsRepair { get; internal set; }

    /// <summary>Reads from the payload what the codec tells.</summary>
    public void ReadCodec()
    {
        Picture = default;
        StartsKeyFrame = false;
        if (PayloadType == MediaLayout.Vp8Payload)
        {
            if (Vp8Descriptor.TryRead(Payload, out var picture)) (Picture, StartsKeyFrame) = (picture, picture.IsKeyFrame);
        }
        else if (PayloadType == MediaLayout.H264Payload) StartsKeyFrame = H264.IsKeyFrame(Payload);
    }
}

using System.Buffers.Binary;
using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Srtp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Rtc;

/// <summary>What we send one peer: the eleven slots of its offer, their reports, and the resends it asks for.</summary>
public sealed class Downlink
{
    // Until a round trip is known; also what NACK spacing starts from.
    internal const long DefaultRoundTrip = 100_000;
    const int LongestHeader = 28;

    readonly PeerCounters _counters;
    readonly SendStream[] _streams = new SendStream[2 * MediaLayout.Slots + 1];

    internal Downlink(PeerCounters counters)
    {
        _counters = counters;
        for (var slot = 0; slot < MediaLayout.Slots; slot++)
        {
            _streams[slot] = new SendStream(MediaKind.Audio, MediaLayout.AudioSsrc(slot), 0);
            _streams[MediaLayout.Slots + slot] = new SendStream(MediaKind.Video, MediaLayout.VideoSsrc(slot), MediaLayout.VideoRtxSsrc(slot));
        }
        _streams[^1] = new SendStream(MediaKind.Screen, MediaLayout.ScreenSsrc, MediaLayout.ScreenRtxSsrc);
    }

    /// <summary>All slots.</summary>
    public ReadOnlySpan<SendStream> Streams => _streams;

    /// <summary>A slot; the screen has one only.</summary>
    public SendStream this[MediaKind kind, int slot] => kind switch
    {
        MediaKind.Audio => _streams[slot],
        MediaKind.Video => _streams[MediaLayout.Slots + slot],
        _ => _streams[^1],
    };

    /// <summary>What the path carries.</summary>
    public DownlinkEstimate Estimate { get; } = new();

    internal long RoundTrip => _counters.RoundTrip < 0 ? DefaultRoundTrip : _counters.RoundTrip;

    // The fan-out: a header of this subscriber's own and one encryption of the shared payload, straight into the outgoing slot.
    internal void Send(SendStream stream, in MediaPacket packet, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        if (!stream.TryNumber(packet, now, out var sequence, out var timestamp)) return;
        stream.PutPicture(packet.Picture, packet.Payload);
        Span<byte> header = stackalloc byte[LongestHeader];
        RtpHeader.Write(header, packet.Marker, packet.PayloadType, sequence, timestamp, stream.Ssrc);
        var length = srtp.ProtectRtp(header[..Extend(header, now, packet.AudioLevel)], packet.Payload, outgoing.Rent());
        if (length == 0) return;
        outgoing.Commit(length, to);
        stream.Count(packet.Payload.Length);
        Count(length, now);
        _counters.Forwarded++;
    }

    static int Extend(Span<byte> header, long now, short audioLevel)
    {
        var extension = new RtpExtensionWriter(header);
        if (extension.TryReserve(MediaLayout.AbsSendTimeExtension, AbsSendTime.Length, out var time)) AbsSendTime.Write(time, now);
        if (audioLevel >= 0 && extension.TryReserve(MediaLayout.AudioLevelExtension, AudioLevel.Length, out var level)) level[0] = (byte)audioLevel;
        return extension.Finish();
    }

    void Count(int length, long now)
    {
        _counters.PacketsOut++;
        _counters.BytesOut += length;
        Estimate.OnSent(length, now);
    }

    // Another path has been chosen.
    internal void OnPath(in RemoteAddress path, long now)
    {
        foreach (var stream in _streams) stream.OnPath(path.IsTcp, now);
    }

    internal void OnNack(in Nack nack, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        if (Find(nack.MediaSsrc) is not { RtxSsrc: not 0 } stream) return;
        foreach (var sequence in nack)
        {
            _counters.NacksIn++;
            if (stream.TryFindForResend(sequence, now, RoundTrip, out var packet, out var timestamp))
                Resend(stream, sequence, packet, timestamp, now, srtp, outgoing, to);
        }
    }

    // RFC 4588 §4: the stream of retransmissions has its own SSRC and numbers, and the original number in front of the payload.
    void Resend(
        SendStream stream, ushort sequence, in CachedPacket packet, uint timestamp, long now, SrtpSender srtp, SendBatch outgoing, in RemoteAddress to)
    {
        Span<byte> payload = stackalloc byte[2 + packet.Payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, sequence);
        packet.Payload.CopyTo(payload[2..]);
        if (packet.PayloadType == MediaLayout.Vp8Payload && Vp8Descriptor.TryRead(packet.Payload, out var picture)) stream.PutPicture(picture, payload[2..]);
        Span<byte> header = stackalloc byte[LongestHeader];
        RtpHeader.Write(header, packet.Marker, MediaLayout.RtxPayload(packet.PayloadType), stream.NextRtxSequence(), timestamp, stream.RtxSsrc);
        var length = srtp.ProtectRtp(header[..Extend(header, now, -1)], payload, outgoing.Rent());
        if (length == 0) return;
        outgoing.Commit(length, to);
        Count(length, now);
        _counters.Retransmitted++;
    }

    internal void OnKeyFrameRequest(uint ssrc, long now)
    {
        _counters.PlisIn++;
        if (Find(ssrc) is { Kind: not MediaKind.Audio } stream) stream.Source?.KeyFrames.Ask(now);
    }

    internal void OnReports(ReportBlocks blocks, long now)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            var roundTrip = Find(block.Ssrc)?.RoundTrip(block.LastSenderReport, block.DelaySinceLast, now) ?? -1;
            if (roundTrip < 0) continue;
            // RFC 6298's 1/8: steady enough for pacing requests.
            _counters.RoundTrip = _counters.RoundTrip < 0 ? roundTrip : (7 * _counters.RoundTrip + roundTrip) / 8;
        }
    }

    internal void WriteReports(ref RtcpBatch batch, long now)
    {
        foreach (var stream in _streams)
            if (stream.Source is { } source && source.IsActive(now) && stream.TryReport(now, out var clock))
                batch.Add(SenderReport.Write(batch.Room, stream.Ssrc, clock.Ntp, clock.Rtp, (uint)stream.Packets, (uint)stream.Octets));
    }

    SendStream? Find(uint ssrc)
    {
        foreach (var stream in _streams)
            if (stream.Ssrc == ssrc)
                return stream;
        return null;
    }
}

using FirstRing.Media.Rtc.Bandwidth;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Bench.Load;

/// <summary>
/// What a browser tells a server of what came: transport-wide feedback some twenty times a second, and a report block per stream once a second. Headers are
/// not encrypted, so every packet is read for it, though few are opened. Lost packets are not asked for again: what the server lost must stay lost.
/// </summary>
internal sealed class ReceptionReports(int transportExtension)
{
    private const byte PaddingBit = 0x20;
    private const int AudioClock = 48_000;

    private readonly ArrivalLog arrivals = new();
    private readonly List<Stream> streams = [];

    public bool HasNews => arrivals.HasNews;

    /// <summary>Takes a packet's header. True when it is the first since the last feedback, which is then due after its interval.</summary>
    public bool Note(Span<byte> datagram, bool isRepair, long now)
    {
        // The length of padding is encrypted with it.
        var padding = (byte)(datagram[0] & PaddingBit);
        datagram[0] ^= padding;
        var readable = RtpPacket.TryRead(datagram, out var packet);
        datagram[0] |= padding;
        if (!readable)
        {
            return false;
        }
        if (!isRepair)
        {
            Of(packet.Ssrc, packet.PayloadType).Count(packet, now);
        }
        return packet.TryGetExtension(transportExtension, out var value) && TransportSequence.TryRead(value, out var number) && arrivals.Add(number, now);
    }

    public void OnSenderReport(in SenderReport report, long now)
    {
        foreach (var stream in streams)
        {
            if (stream.Ssrc == report.Ssrc)
            {
                stream.Clock = SenderClock.From(report, now);
            }
        }
    }

    /// <summary>Writes one transport-wide feedback; call again while it returns more than 0.</summary>
    public int WriteFeedback(Span<byte> rtcp, uint ssrc) => arrivals.Write(rtcp, ssrc, streams.Count > 0 ? streams[0].Ssrc : 0);

    /// <summary>Writes a receiver report with a block per stream.</summary>
    public int WriteReport(Span<byte> rtcp, uint ssrc, long now)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[Math.Min(31, streams.Count)];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = streams[i].Statistics.Report(streams[i].Ssrc, streams[i].Clock, now);
        }
        return ReceiverReport.Write(rtcp, ssrc, blocks);
    }

    // A handful: looking through them is cheaper than hashing.
    private Stream Of(uint ssrc, int payloadType)
    {
        foreach (var stream in streams)
        {
            if (stream.Ssrc == ssrc)
            {
                return stream;
            }
        }
        var added = new Stream(ssrc, MediaLayout.IsSound(payloadType) ? AudioClock : MediaLayout.VideoClockRate);
        streams.Add(added);
        return added;
    }

    private sealed class Stream(uint ssrc, int clockRate)
    {
        private SequenceUnwrapper unwrapper;

        public uint Ssrc => ssrc;

        public ReceiveStatistics Statistics { get; } = new(clockRate);

        public SenderClock Clock { get; set; }

        public void Count(in RtpPacket packet, long now) => Statistics.Count(unwrapper.Unwrap(packet.SequenceNumber), packet.Timestamp, now);
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using FirstRing.Media.Rtc.Rtcp;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Bench.Load;

/// <summary>
/// What a participant says: 50 audio packets a second, and a camera of 30 frames of four and five 1,200-byte VP8 packets. Shaped like a browser's
/// (mid, abs-send-time, transport-wide sequence number), with the time of sending in the last eight bytes of each payload.
/// </summary>
internal sealed class MediaScript
{
    public const int VideoPacketBytes = 1200;
    private const int AudioPayloadBytes = 90;
    private const long FrameMicros = 33_333, AudioMicros = 20_000;

    private readonly LoadPeer peer;
    private readonly byte[] header = new byte[64];
    private readonly byte[] payload = new byte[VideoPacketBytes];
    private ushort audioSequence = 1000, videoSequence = 2000, transportSequence, pictureId;
    private long nextAudio, nextFrame;
    private int frames;
    private int slower = 1;
    private uint audioPackets, videoPackets;

    public MediaScript(LoadPeer peer) => this.peer = peer;

    /// <summary>False sends sound alone.</summary>
    public bool WithPicture { get; set; } = true;

    public bool KeyframeWanted { get; set; } = true;

    public long Sent { get; private set; }

    public long NextDue => Math.Min(nextAudio, nextFrame);

    public bool IsRunning { get; private set; }

    /// <summary>Spreads the participants over the frame, as unsynchronized cameras do.</summary>
    /// <param name="nowMicros">The time.</param>
    /// <param name="times">So many times as long between packets as a person's take.</param>
    public void Start(long nowMicros, int times)
    {
        slower = times;
        nextAudio = nowMicros + peer.Index * 7919L % (AudioMicros * slower);
        nextFrame = !WithPicture ? long.MaxValue : nowMicros + peer.Index * 10007L % (FrameMicros * slower);
        KeyframeWanted = true;
        IsRunning = true;
    }

    public void Stop() => IsRunning = false;

    /// <summary>A sender report for each of both streams.</summary>
    public int WriteSenderReports(Span<byte> rtcp, long nowMicros)
    {
        var ntp = (ulong)(((UInt128)nowMicros << 32) / 1_000_000);
        var length = SenderReport.Write(rtcp, peer.AudioSsrc, ntp, (uint)(nowMicros * 48 / 1000), audioPackets, audioPackets * AudioPayloadBytes);
        return length + SenderReport.Write(rtcp[length..], peer.VideoSsrc, ntp, (uint)(nowMicros * 9 / 100), videoPackets, videoPackets * VideoPacketBytes);
    }

    public void Send(LoadSocket socket, long nowMicros)
    {
        if (nowMicros >= nextAudio)
        {
            nextAudio += AudioMicros * slower;
            Packet(socket, nowMicros, MediaLayout.MicrophoneMid, MediaLayout.OpusPayload, false, audioSequence++, (uint)(nowMicros * 48 / 1000), peer.AudioSsrc, AudioPayloadBytes);
        }
        if (nowMicros >= nextFrame)
        {
            nextFrame += FrameMicros * slower;
            Frame(socket, nowMicros);
        }
    }

    private void Frame(LoadSocket socket, long nowMicros)
    {
        var packets = 4 + (frames++ & 1);
        var key = KeyframeWanted || frames % 300 == 0;
        KeyframeWanted = false;
        pictureId = (ushort)((pictureId + 1) & 0x7FFF);
        for (var i = 0; i < packets; i++)
        {
            // RFC 7741 §4.2: X, S on the first; I with a 15-bit picture id; then, on the first, the frame tag whose lowest bit is "not a keyframe".
            payload[0] = (byte)(i == 0 ? 0x90 : 0x80);
            payload[1] = 0x80;
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)(0x8000 | pictureId));
            ReadOnlySpan<byte> tag = key && i == 0 ? [0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01] : [0x31, 0x02, 0x00, 0, 0, 0, 0, 0, 0, 0];
            tag.CopyTo(payload.AsSpan(4));
            Packet(socket, nowMicros, MediaLayout.CameraMid, MediaLayout.Vp8Payload, i == packets - 1, videoSequence++, (uint)(nowMicros * 9 / 100), peer.VideoSsrc, 0);
        }
    }

    private void Packet(LoadSocket socket, long nowMicros, string mid, byte type, bool marker, ushort sequence, uint timestamp, uint ssrc, int payloadBytes)
    {
        RtpHeader.Write(header, marker, type, sequence, timestamp, ssrc);
        var extensions = new RtpExtensionWriter(header);
        extensions.TryReserve(MediaLayout.MidExtension, mid.Length, out var named);
        Encoding.ASCII.GetBytes(mid, named);
        extensions.TryReserve(MediaLayout.AbsSendTimeExtension, 3, out var absolute);
        var send = (uint)((nowMicros << 18) / 1_000_000) & 0xFF_FFFF;
        (absolute[0], absolute[1], absolute[2]) = ((byte)(send >> 16), (byte)(send >> 8), (byte)send);
        extensions.TryReserve(MediaLayout.TransportSequenceExtension, 2, out var transport);
        BinaryPrimitives.WriteUInt16BigEndian(transport, transportSequence++);
        if (type == MediaLayout.OpusPayload)
        {
            extensions.TryReserve(MediaLayout.AudioLevelExtension, 1, out var level);
            level[0] = 0x8F;
        }
        var headerLength = extensions.Finish();
        var body = payload.AsSpan(0, payloadBytes == 0 ? VideoPacketBytes - headerLength : payloadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(body[^8..], Stopwatch.GetTimestamp());
        var slot = socket.Rent();
        var length = peer.Sender!.ProtectRtp(header.AsSpan(0, headerLength), body, slot);
        if (length > 0)
        {
            socket.Commit(length, peer.Source, peer.Server, peer.ServerPort);
            Sent++;
            if (type == MediaLayout.OpusPayload)
            {
                audioPackets++;
            }
            else
            {
                videoPackets++;
            }
        }
    }
}

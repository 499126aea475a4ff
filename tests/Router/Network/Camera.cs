using System.Buffers.Binary;

namespace FirstRing.Tests.Router.Network;

// A page's made-up video: VP8 descriptors over payloads that say which packet of which page they are.
sealed class Camera(uint ssrc, uint rtxSsrc, byte page)
{
    public const int PacketsPerFrame = 4;

    public readonly record struct Packet(ushort Sequence, uint Timestamp, bool Marker, byte[] Payload);

    public Dictionary<ushort, Packet> Sent { get; } = [];
    public int PacketBytes { get; set; } = 200;
    public uint Ssrc => ssrc;
    public uint RtxSsrc => rtxSsrc;
    public ushort RtxSequence { get; set; }
    public ushort NextSequence { get; set; } = 100;
    public uint Timestamp { get; set; } = 90_000u * page;
    public int PictureId { get; set; } = 1000 * page;
    public byte Tl0 { get; set; } = (byte)(10 * page);
    public bool WantsKeyFrame { get; set; } = true;
    public int KeyFrames { get; private set; }
    public int Count { get; private set; }

    // In three frame rates, as libWebRTC's encoder of VP8 does: the first half of a second's pictures can be left out, and of the rest each other one.
    public bool HasFrameRates { get; init; }
    static readonly int[] Pattern = [0, 2, 1, 2];
    int _pictures;

    public IEnumerable<Packet> Frame()
    {
        var isKey = WantsKeyFrame;
        WantsKeyFrame = false;
        if (isKey) (KeyFrames, _pictures) = (KeyFrames + 1, 0);
        var layer = HasFrameRates ? Pattern[_pictures++ % Pattern.Length] : 0;
        var header = HasFrameRates ? 6 : 5;
        // The first pictures of a higher rate after each eighth need nothing but the lowest rate.
        var isSync = _pictures % 8 is 2 or 3;
        if (layer == 0 && Count > 0) Tl0++;
        for (var i = 0; i < PacketsPerFrame; i++)
        {
            var payload = new byte[PacketBytes];
            payload[0] = (byte)(0x80 | (i == 0 ? 0x10 : 0));
            payload[1] = (byte)(HasFrameRates ? 0xE0 : 0xC0);
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)(0x8000 | PictureId));
            payload[4] = Tl0;
            if (HasFrameRates) payload[5] = (byte)(layer << 6 | (isSync ? 0x20 : 0));
            payload[header] = (byte)(i == 0 && isKey ? 0 : 1);
            payload[header + 1] = page;
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(header + 2), Count++);
            var packet = new Packet(NextSequence++, Timestamp, i == PacketsPerFrame - 1, payload);
            Sent[packet.Sequence] = packet;
            yield return packet;
        }
        Timestamp += 3000;
        PictureId = PictureId + 1 & 0x7FFF;
        if (!HasFrameRates) Tl0++;
    }
}

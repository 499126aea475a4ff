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

    public IEnumerable<Packet> Frame()
    {
        var isKey = WantsKeyFrame;
        WantsKeyFrame = false;
        if (isKey) KeyFrames++;
        for (var i = 0; i < PacketsPerFrame; i++)
        {
            var payload = new byte[PacketBytes];
            payload[0] = (byte)(0x80 | (i == 0 ? 0x10 : 0));
            payload[1] = 0xC0;
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), (ushort)(0x8000 | PictureId));
            payload[4] = Tl0;
            payload[5] = (byte)(i == 0 && isKey ? 0 : 1);
            payload[6] = page;
            BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(7), Count++);
            var packet = new Packet(NextSequence++, Timestamp, i == PacketsPerFrame - 1, payload);
            Sent[packet.Sequence] = packet;
            yield return packet;
        }
        Timestamp += 3000;
        PictureId = PictureId + 1 & 0x7FFF;
        Tl0++;
    }
}

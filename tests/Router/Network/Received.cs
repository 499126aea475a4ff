using System.Buffers.Binary;
using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Rtp;

namespace FirstRing.Tests.Router.Network;

// What a page got on one SSRC, retransmissions put where they belong.
sealed class Received
{
    public readonly record struct Packet(uint Timestamp, bool Marker, int PictureId, byte Page, int Number, bool IsKeyFrame, long At, int Layer, int Tl0);

    SequenceUnwrapper _unwrapper;

    // Everything up to here is there.
    long _whole = -1;

    public SortedDictionary<long, Packet> Packets { get; } = [];
    public Dictionary<long, (long AskAt, int Times)> Asked { get; } = [];
    public int Repeated { get; private set; }
    public int Repaired { get; private set; }
    public long First { get; private set; } = long.MaxValue;
    public long Last { get; private set; }
    public int Missing => Packets.Count == 0 ? 0 : (int)(Last - First + 1) - Packets.Count;

    public IEnumerable<long> Gaps()
    {
        if (Missing == 0) yield break;
        if (_whole < 0) _whole = First;
        while (_whole < Last && Packets.ContainsKey(_whole + 1)) _whole++;
        for (var number = _whole + 1; number < Last; number++)
            if (!Packets.ContainsKey(number))
                yield return number;
    }

    public void Add(ushort sequence, uint timestamp, bool marker, ReadOnlySpan<byte> payload, bool isVideo, bool isRepair, long now)
    {
        var number = _unwrapper.Unwrap(sequence);
        (First, Last) = (long.Min(First, number), long.Max(Last, number));
        var picture = default(Vp8Descriptor);
        var page = payload.Length > 0 ? payload[0] : (byte)0;
        var count = 0;
        if (isVideo && Vp8Descriptor.TryRead(payload, out picture))
            (page, count) = (payload[picture.Length + 1], BinaryPrimitives.ReadInt32BigEndian(payload[(picture.Length + 2)..]));
        if (!Packets.TryAdd(number, new Packet(timestamp, marker, isVideo ? picture.PictureId : 0, page, count, picture.IsKeyFrame, now, picture.TemporalLayer, picture.Tl0PictureIndex))) Repeated++;
        else if (isRepair) Repaired++;
    }
}

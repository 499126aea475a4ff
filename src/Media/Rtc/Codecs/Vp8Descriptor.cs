using System.Buffers.Binary;

namespace FirstRing.Media.Rtc.Codecs;

/// <summary>The VP8 payload descriptor (RFC 7741 §4.2): enough to forward, to find keyframes and to renumber pictures in place.</summary>
public readonly record struct Vp8Descriptor
{
    const byte Extended = 0x80, NonReference = 0x20, Start = 0x10;
    const byte HasPicture = 0x80, HasTl0 = 0x40, HasTid = 0x20, HasKey = 0x10, Wide = 0x80;

    /// <summary>Bytes of the descriptor; the VP8 payload header follows.</summary>
    public int Length { get; internal init; }
    /// <summary>A VP8 partition begins here (S).</summary>
    public bool StartsPartition { get; internal init; }
    /// <summary>Which partition (PID, 0–7).</summary>
    public int Partition { get; internal init; }
    /// <summary>No other frame needs this one (N).</summary>
    public bool IsNonReference { get; internal init; }
    /// <summary>The first packet of a keyframe.</summary>
    public bool IsKeyFrame { get; internal init; }
    /// <summary>The picture id; −1 when there is none.</summary>
    public int PictureId { get; internal init; }
    /// <summary>The picture id has 15 bits rather than 7.</summary>
    public bool HasWidePictureId { get; internal init; }
    /// <summary>TL0PICIDX; −1 when there is none.</summary>
    public int Tl0PictureIndex { get; internal init; }
    /// <summary>Temporal layer (TID, 0–3); −1 when there is none.</summary>
    public int TemporalLayer { get; internal init; }
    /// <summary>This frame may be switched up to (Y).</summary>
    public bool IsLayerSync { get; internal init; }

    /// <summary>Reads the descriptor at the front of an RTP payload; false when it is cut off or nothing follows it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Vp8Descriptor descriptor)
    {
        descriptor = default;
        if (payload.IsEmpty) return false;
        var first = payload[0];
        int at = 1, picture = -1, tl0 = -1, tid = -1;
        bool wide = false, sync = false;
        if ((first & Extended) != 0)
        {
            if (payload.Length < 2) return false;
            var flags = payload[at++];
            if ((flags & HasPicture) != 0)
            {
                if (payload.Length <= at) return false;
                wide = (payload[at] & Wide) != 0;
                if (wide && payload.Length <= at + 1) return false;
                picture = wide ? BinaryPrimitives.ReadUInt16BigEndian(payload[at..]) & 0x7FFF : payload[at];
                at += wide ? 2 : 1;
            }
            if ((flags & HasTl0) != 0)
            {
                if (payload.Length <= at) return false;
                tl0 = payload[at++];
            }
            if ((flags & (HasTid | HasKey)) != 0)
            {
                if (payload.Length <= at) return false;
                if ((flags & HasTid) != 0) (tid, sync) = (payload[at] >> 6, (payload[at] & 0x20) != 0);
                at++;
            }
        }
        if (payload.Length <= at) return false;
        var starts = (first & Start) != 0;
        descriptor = new Vp8Descriptor
        {
            Length = at,
            StartsPartition = starts,
            Partition = first & 7,
            IsNonReference = (first & NonReference) != 0,
            // RFC 7741 §4.3: the inverse key frame flag is the lowest bit of the payload header, which only the frame's first packet has.
            IsKeyFrame = starts && (first & 7) == 0 && (payload[at] & 1) == 0,
            PictureId = picture,
            HasWidePictureId = wide,
            Tl0PictureIndex = tl0,
            TemporalLayer = tid,
            IsLayerSync = sync,
        };
        return true;
    }

    /// <summary>
    /// Replaces picture id and TL0PICIDX in the payload this was read from, where they are present and in the width they have: a 7-bit id takes the
    /// lower 7 bits. The length stays the same.
    /// </summary>
    public void Rewrite(Span<byte> payload, ushort pictureId, byte tl0PictureIndex)
    {
        if (payload.Length < Length) return;
        var at = 2;
        if (PictureId >= 0)
        {
            if (HasWidePictureId) BinaryPrimitives.WriteUInt16BigEndian(payload[at..], (ushort)(0x8000 | pictureId));
            else payload[at] = (byte)(pictureId & 0x7F);
            at += HasWidePictureId ? 2 : 1;
        }
        if (Tl0PictureIndex >= 0) payload[at] = tl0PictureIndex;
    }
}

using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Media.Rtc.Streams;

// VP8 picture ids and TL0PICIDX of one subscriber's stream (RFC 7741 §4.2): they go on without a jump when the source changes, or decoders
// take the new source's frames for old ones.
struct PictureNumbers
{
    int _idOffset, _tl0Offset;
    int _lastId, _lastTl0;
    bool _any;

    internal void Begin(in Vp8Descriptor first)
    {
        if (first.Length == 0) return;
        if (_any)
        {
            _idOffset = _lastId + 1 - int.Max(0, first.PictureId);
            _tl0Offset = _lastTl0 + 1 - int.Max(0, first.Tl0PictureIndex);
        }
        _any = true;
        _lastId = IdOf(first);
        _lastTl0 = Tl0Of(first);
    }

    internal void Note(in Vp8Descriptor picture)
    {
        if (picture.Length == 0) return;
        var id = IdOf(picture);
        // 15 bits, the shorter way round.
        if ((id - _lastId & 0x7FFF) < 0x4000) _lastId = id;
        var tl0 = Tl0Of(picture);
        if ((tl0 - _lastTl0 & 0xFF) < 0x80) _lastTl0 = tl0;
    }

    internal readonly void Apply(in Vp8Descriptor picture, Span<byte> payload)
    {
        if (picture.Length == 0) return;
        var (id, tl0) = Of(picture);
        picture.Rewrite(payload, id, tl0);
    }

    internal readonly (ushort Id, byte Tl0) Of(in Vp8Descriptor picture) => ((ushort)IdOf(picture), (byte)Tl0Of(picture));

    readonly int IdOf(in Vp8Descriptor picture) => int.Max(0, picture.PictureId) + _idOffset & 0x7FFF;

    readonly int Tl0Of(in Vp8Descriptor picture) => int.Max(0, picture.Tl0PictureIndex) + _tl0Offset & 0xFF;
}

using FirstRing.Media.Rtc.Codecs;

namespace FirstRing.Media.Rtc.Streams;

// VP8 picture ids and TL0PICIDX of one subscriber's stream (RFC 7741 §4.2): they go on without a jump when the source changes, or decoders
// take the new source's frames for old ones; and without a hole where pictures are left out, or decoders wait for those.
struct PictureNumbers
{
    SequenceMap _map;
    long _lastIn, _lastOut;
    int _tl0Offset, _lastTl0;
    bool _any;

    internal void Begin(in Vp8Descriptor first)
    {
        if (first.Length == 0) return;
        _lastIn = int.Max(0, first.PictureId);
        if (_any) _tl0Offset = _lastTl0 + 1 - int.Max(0, first.Tl0PictureIndex);
        _lastOut = _any ? _lastOut + 1 : _lastIn;
        _map.Begin(_lastIn, _lastOut);
        _any = true;
        _lastTl0 = Tl0Of(first);
    }

    internal void Note(in Vp8Descriptor picture)
    {
        if (picture.Length == 0) return;
        var id = Unwrap(picture);
        if (id > _lastIn) (_lastIn, _lastOut) = (id, id - _map.Offset);
        var tl0 = Tl0Of(picture);
        if ((tl0 - _lastTl0 & 0xFF) < 0x80) _lastTl0 = tl0;
    }

    // This picture is left out: those after it close the gap.
    internal void Skip(in Vp8Descriptor picture)
    {
        var id = Unwrap(picture);
        if (picture.PictureId < 0 || id <= _lastIn) return;
        _map.Skip(id);
        _lastIn = id;
    }

    internal readonly void Apply(in Vp8Descriptor picture, Span<byte> payload)
    {
        if (picture.Length == 0) return;
        var (id, tl0) = Of(picture);
        picture.Rewrite(payload, id, tl0);
    }

    internal readonly (ushort Id, byte Tl0) Of(in Vp8Descriptor picture)
    {
        var id = Unwrap(picture);
        return ((ushort)((_map.TryMap(id, out var mapped) ? mapped : id - _map.Offset) & 0x7FFF), (byte)Tl0Of(picture));
    }

    // By the shorter way round; ids have 15 bits, or 7.
    readonly long Unwrap(in Vp8Descriptor picture)
    {
        var free = picture.HasWidePictureId ? 17 : 25;
        return _lastIn + ((int.Max(0, picture.PictureId) - (int)_lastIn << free) >> free);
    }

    readonly int Tl0Of(in Vp8Descriptor picture) => int.Max(0, picture.Tl0PictureIndex) + _tl0Offset & 0xFF;
}

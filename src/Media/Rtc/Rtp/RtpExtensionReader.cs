namespace FirstRing.Media.Rtc.Rtp;

/// <summary>A cursor over the elements of a header extension. A broken element ends the walk; what came before it counts.</summary>
public ref struct RtpExtensionReader(ReadOnlySpan<byte> elements, ushort profile)
{
    const ushort OneByte = 0xBEDE;

    ReadOnlySpan<byte> _rest = profile == OneByte || (profile & 0xFFF0) == 0x1000 ? elements : default;

    /// <summary>Moves to the next element.</summary>
    public bool Next(out int id, out ReadOnlySpan<byte> value)
    {
        id = 0;
        value = default;
        while (_rest.Length > 0)
        {
            if (_rest[0] == 0) // padding, in both forms
            {
                _rest = _rest[1..];
                continue;
            }
            int header, length;
            if (profile == OneByte)
            {
                id = _rest[0] >> 4;
                if (id == 15) break; // RFC 8285 §4.2: 15 stops the processing of the whole extension
                (header, length) = (1, (_rest[0] & 0xF) + 1);
            }
            else
            {
                if (_rest.Length < 2) break;
                id = _rest[0];
                (header, length) = (2, _rest[1]);
            }
            if (header + length > _rest.Length) break;
            value = _rest.Slice(header, length);
            _rest = _rest[(header + length)..];
            // RFC 8285 §4.2: id 0 with a length other than 0 is no element either.
            if (id != 0) return true;
        }
        _rest = default;
        id = 0;
        value = default;
        return false;
    }
}

namespace FirstRing.Media.Rtc.Rtp;

/// <summary>
/// Turns wrapping 16-bit numbers into ever-growing ones. A mutable struct: keep it in a field. The first number starts at itself plus 65,536, so
/// that what was sent just before it does not become negative.
/// </summary>
public struct SequenceUnwrapper
{
    long _last;

    /// <summary>The unwrapped number nearest to the highest one seen.</summary>
    public long Unwrap(ushort value)
    {
        if (_last == 0) return _last = 0x10000L + value;
        var unwrapped = Peek(value);
        if (unwrapped > _last) _last = unwrapped;
        return unwrapped;
    }

    /// <summary>As <see cref="Unwrap"/>, without remembering.</summary>
    public readonly long Peek(ushort value) => _last == 0 ? 0x10000L + value : _last + (short)(value - (ushort)_last);
}

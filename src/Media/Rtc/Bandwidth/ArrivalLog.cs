using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtcp;

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>
/// When packets with a transport-wide number arrived, until they are reported to the sender. It lives as long as the peer: the page goes on counting
/// through an ICE restart, so must we (lib-jitsi-meet 1149).
/// </summary>
public sealed class ArrivalLog
{
    /// <summary>Time between reports (µs): libWebRTC's default lies between 50 and 100 ms.</summary>
    public const long Interval = 50_000;
    const int Places = 1024;

    readonly long[] _arrivedAt = new long[Places]; // µs by number, 0 when it has not arrived
    SequenceUnwrapper _unwrapper;
    long _next = -1;    // first number not reported yet
    long _highest = -1;
    byte _reports;
    int _waiting;

    /// <summary>There is something to report.</summary>
    public bool HasNews => _waiting > 0;

    /// <summary>Notes an arrival. True when it is the first since the last report.</summary>
    public bool Add(ushort number, long now)
    {
        var unwrapped = _unwrapper.Unwrap(number);
        if (_next < 0) _next = _highest = unwrapped;
        // What comes after its absence was reported is reported again with it, as libWebRTC does; further back is not remembered.
        if (unwrapped <= _highest - Places) return false;
        for (var skipped = long.Max(_highest + 1, unwrapped - Places + 1); skipped < unwrapped; skipped++) _arrivedAt[skipped & (Places - 1)] = 0;
        if (unwrapped <= _highest && _arrivedAt[unwrapped & (Places - 1)] != 0) return false;
        _arrivedAt[unwrapped & (Places - 1)] = long.Max(1, now);
        _highest = long.Max(_highest, unwrapped);
        _next = long.Max(long.Min(_next, unwrapped), _highest - Places + 1);
        return _waiting++ == 0;
    }

    /// <summary>Writes one report into <paramref name="destination"/>; call again while it returns more than 0.</summary>
    public int Write(Span<byte> destination, uint senderSsrc, uint mediaSsrc)
    {
        if (_waiting == 0) return 0;
        Span<TransportArrival> arrivals = stackalloc TransportArrival[256];
        var count = 0;
        var at = _next;
        for (; at <= _highest && count < arrivals.Length; at++)
            if (_arrivedAt[at & (Places - 1)] is > 0 and var time)
                arrivals[count++] = new TransportArrival((ushort)at, time);
        var length = TransportFeedbackWriter.Write(destination, senderSsrc, mediaSsrc, _reports, (ushort)_next, arrivals[..count], out var consumed);
        if (length == 0)
        {
            (_next, _waiting) = (_highest + 1, 0);
            return 0;
        }
        _reports++;
        _next = consumed < count ? _next + (ushort)(arrivals[consumed - 1].Sequence - (ushort)_next) + 1 : at;
        if (_next > _highest) _waiting = 0;
        return length;
    }
}

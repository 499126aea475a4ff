using FirstRing.Media.Rtc.Codecs;
using FirstRing.Media.Rtc.Sdp;

namespace FirstRing.Media.Rtc.Streams;

/// <summary>
/// The last sound of a page that does not repeat it (RFC 2198 is not spoken by every browser), so that the next packet can, for those who can read that. Nothing waits for it, and a
/// packet that was lost or overtaken on its way here is not made up for.
/// </summary>
internal sealed class SoundMemory
{
    const int Longest = 500; // bytes of one packet; two of them and a header still fit into a datagram
    readonly byte[] _last = new byte[Longest], _together = new byte[Red.LengthBefore(Longest) + Longest];
    long _sequence = long.MinValue;
    uint _timestamp;
    int _length;

    /// <summary>Puts the sound before in front of the packet's own, where it came right before it.</summary>
    public void Repeat(ref MediaPacket packet)
    {
        if (packet.Sequence < _sequence) return;
        var newest = packet.Payload;
        var together = packet.Sequence == _sequence + 1
            ? Red.Write(_together, MediaLayout.OpusPayload, _last.AsSpan(0, _length), unchecked(packet.Timestamp - _timestamp), newest) : 0;
        (_sequence, _timestamp, _length) = (packet.Sequence, packet.Timestamp, newest.Length);
        if (newest.Length > Longest) _sequence = long.MinValue;
        else newest.CopyTo(_last);
        if (together == 0) return;
        packet.Repeated = together - newest.Length;
        packet.Payload = _together.AsSpan(0, together);
        packet.PayloadType = MediaLayout.RedPayload;
    }
}

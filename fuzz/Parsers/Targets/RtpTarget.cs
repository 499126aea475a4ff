using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Rtp.Extensions;

namespace FirstRing.Fuzz.Parsers.Targets;

static class RtpTarget
{
    internal static void Run(byte[] bytes)
    {
        if (!RtpPacket.TryRead(bytes, out var packet)) return;
        Must.Hold(packet.HeaderLength + packet.Payload.Length + packet.PaddingLength == bytes.Length);
        Must.Hold(packet.PayloadType is >= 0 and <= 127);
        for (var id = 0; id <= 16; id++)
        {
            if (!packet.TryGetExtension(id, out var value)) continue;
            AbsSendTime.TryRead(value, out _);
            TransportSequence.TryRead(value, out _);
            AudioLevel.TryRead(value, out _, out _);
            if (Mid.TryRead(value, out var mid)) Must.Hold(mid.Length is > 0 and <= Mid.MaxLength);
            if (Rid.TryRead(value, out var rid)) Must.Hold(rid.Length is > 0 and <= Rid.MaxLength);
        }
    }
}

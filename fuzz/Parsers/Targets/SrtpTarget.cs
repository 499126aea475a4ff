using System.Buffers.Binary;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Srtp;

namespace FirstRing.Fuzz.Parsers.Targets;

// The lowest bit of the first byte picks the profile, the next one the play: a stranger's packet, or a network that loses, repeats, reorders.
static class SrtpTarget
{
    static readonly byte[] Key = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    internal static void Run(byte[] bytes)
    {
        if (bytes.Length is < 2 or > 4096) return;
        var profile = (bytes[0] & 1) == 0 ? SrtpProfile.AeadAes128Gcm : SrtpProfile.Aes128CmHmacSha1_80;
        var salt = Key.AsSpan(0, profile.SaltLength());
        using var sender = new SrtpSender(profile, Key, salt);
        using var receiver = new SrtpReceiver(profile, Key, salt);
        if ((bytes[0] & 2) == 0) Stranger(sender, receiver, bytes[1..]);
        else Network(sender, receiver, bytes.AsSpan(1));
    }

    static void Stranger(SrtpSender sender, SrtpReceiver receiver, byte[] packet)
    {
        Must.Hold(!receiver.TryUnprotectRtp((byte[])packet.Clone(), out _));
        Must.Hold(!receiver.TryUnprotectRtcp((byte[])packet.Clone(), out _));
        var buffer = new byte[packet.Length + 20];
        // Whatever the sender agrees to seal, the receiver opens to the same bytes.
        if (RtpHeader.TryMeasure(packet, out var header) && sender.ProtectRtp(packet, header, buffer) is var sealedLength and > 0)
            Must.Hold(receiver.TryUnprotectRtp(buffer.AsSpan(0, sealedLength), out var plain) && packet.AsSpan().SequenceEqual(buffer.AsSpan(0, plain)));
        if (packet.Length >= 8 && packet[0] >> 6 == 2 && sender.ProtectRtcp(packet, buffer) is var reportLength and > 0)
            Must.Hold(receiver.TryUnprotectRtcp(buffer.AsSpan(0, reportLength), out var plain) && packet.AsSpan().SequenceEqual(buffer.AsSpan(0, plain)));
    }

    // Two bytes a step: what happens to the packet, and how far the sequence number moves (the upper bit makes the step long).
    static void Network(SrtpSender sender, SrtpReceiver receiver, ReadOnlySpan<byte> steps)
    {
        var held = new List<(long Number, byte[] Packet)>();
        var seen = new HashSet<long>();
        var number = 65_000L;
        for (; steps.Length >= 2; steps = steps[2..])
        {
            number += steps[1] < 128 ? 1 + steps[1] : (steps[1] - 127) * 200;
            var plain = new byte[RtpHeader.FixedLength + 8];
            RtpHeader.Write(plain, false, 96, (ushort)number, 0, 5);
            BinaryPrimitives.WriteInt64BigEndian(plain.AsSpan(RtpHeader.FixedLength), number);
            var packet = new byte[plain.Length + 16];
            packet = packet[..sender.ProtectRtp(plain, RtpHeader.FixedLength, packet)];
            Must.Hold(packet.Length > plain.Length);
            switch (steps[0] & 3)
            {
                case 0: Deliver(receiver, seen, number, packet); break;
                case 1: Deliver(receiver, seen, number, packet); held.Add((number, packet)); break;
                case 2: held.Add((number, packet)); break;
                default: break; // lost
            }
            if ((steps[0] & 4) != 0 && held.Count > 0) Deliver(receiver, seen, held[^1].Number, held[^1].Packet);
            if ((steps[0] & 8) != 0 && held.Count > 0) Deliver(receiver, seen, held[0].Number, held[0].Packet);
        }
    }

    static void Deliver(SrtpReceiver receiver, HashSet<long> seen, long number, byte[] packet)
    {
        var copy = (byte[])packet.Clone();
        if (!receiver.TryUnprotectRtp(copy, out var length)) return;
        Must.Hold(length == RtpHeader.FixedLength + 8 && BinaryPrimitives.ReadInt64BigEndian(copy.AsSpan(RtpHeader.FixedLength)) == number);
        Must.Hold(seen.Add(number));
    }
}

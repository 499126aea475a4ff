using System.Security.Cryptography;
using FirstRing.Media.Rtc.Rtp;
using FirstRing.Media.Rtc.Srtp;

namespace FirstRing.Tests.Rtc.Srtp;

// A sender and the receiver that has its keys.
sealed class SrtpPair : IDisposable
{
    internal SrtpPair(SrtpProfile profile)
    {
        var key = SHA256.HashData("key"u8)[..SrtpProfiles.KeyLength];
        var salt = SHA256.HashData("salt"u8)[..profile.SaltLength()];
        Sender = new SrtpSender(profile, key, salt);
        Receiver = new SrtpReceiver(profile, key, salt);
    }

    internal SrtpSender Sender { get; }
    internal SrtpReceiver Receiver { get; }

    internal static byte[] Plain(ushort sequence, uint ssrc = 7, int payload = 40)
    {
        var packet = new byte[RtpHeader.FixedLength + payload];
        RtpHeader.Write(packet, false, 96, sequence, 1000u * sequence, ssrc);
        for (var i = RtpHeader.FixedLength; i < packet.Length; i++) packet[i] = (byte)(sequence + i);
        return packet;
    }

    internal byte[] Seal(byte[] plain)
    {
        var packet = new byte[plain.Length + 32];
        return packet[..Sender.ProtectRtp(plain, RtpHeader.FixedLength, packet)];
    }

    // The plain packet, or null when it was refused.
    internal byte[]? Open(byte[] packet)
    {
        var copy = (byte[])packet.Clone();
        return Receiver.TryUnprotectRtp(copy, out var length) ? copy[..length] : null;
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }
}

namespace FirstRing.Media.Rtc.Srtp;

// What differs between the profiles, for one direction: how a packet with a known index is sealed and opened. No state but keys and scratch.
abstract class SrtpCipher : IDisposable
{
    internal abstract int TagLength { get; }

    // Index of RTP: ROC << 16 | SEQ. The header is already in destination[..headerLength]; payload may lie anywhere. Returns the length.
    internal abstract int SealRtp(uint ssrc, long index, ReadOnlySpan<byte> payload, int headerLength, Span<byte> destination);

    // Opens packet[headerLength..] (payload and tag) into plain, which may be the same memory. False leaves plain worthless.
    internal abstract bool OpenRtp(uint ssrc, long index, ReadOnlySpan<byte> packet, int headerLength, Span<byte> plain);

    // Index of RTCP: 31 bits, sent in the packet. The first 8 bytes stay clear.
    internal abstract int SealRtcp(uint ssrc, uint index, ReadOnlySpan<byte> packet, Span<byte> destination);

    internal abstract bool OpenRtcp(uint ssrc, uint index, Span<byte> packet);

    public abstract void Dispose();

    internal static SrtpCipher Create(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt)
    {
        if (profile is not (SrtpProfile.AeadAes128Gcm or SrtpProfile.Aes128CmHmacSha1_80))
            throw new ArgumentOutOfRangeException(nameof(profile));
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, SrtpProfiles.KeyLength, nameof(masterKey));
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterSalt.Length, profile.SaltLength(), nameof(masterSalt));

        var rtpKey = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtpKey, 16);
        var rtpSalt = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtpSalt, masterSalt.Length);
        var rtcpKey = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtcpKey, 16);
        var rtcpSalt = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtcpSalt, masterSalt.Length);
        if (profile == SrtpProfile.AeadAes128Gcm) return new GcmCipher(rtpKey, rtpSalt, rtcpKey, rtcpSalt);

        var rtpAuthentication = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtpAuthentication, 20);
        var rtcpAuthentication = KeyDerivation.Derive(masterKey, masterSalt, KeyDerivation.RtcpAuthentication, 20);
        return new CounterCipher(new(rtpKey, rtpSalt), rtpAuthentication, new(rtcpKey, rtcpSalt), rtcpAuthentication);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FirstRing.Media.Rtc.Srtp;

// AES_CM_128_HMAC_SHA1_80 (RFC 3711 §4): encrypt, then authenticate the ciphertext together with the rollover counter.
sealed class CounterCipher(CounterMode rtp, byte[] rtpAuthentication, CounterMode rtcp, byte[] rtcpAuthentication) : SrtpCipher
{
    const int Tag = 10;
    const uint EncryptedFlag = 0x8000_0000;

    readonly IncrementalHash _rtpMac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, rtpAuthentication);
    readonly IncrementalHash _rtcpMac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, rtcpAuthentication);

    internal override int TagLength => Tag;

    internal override int SealRtp(uint ssrc, long index, ReadOnlySpan<byte> payload, int headerLength, Span<byte> destination)
    {
        rtp.Apply(ssrc, index, payload, destination[headerLength..]);
        var length = headerLength + payload.Length;
        Span<byte> mac = stackalloc byte[20];
        RtpMac(destination[..length], index, mac);
        mac[..Tag].CopyTo(destination[length..]);
        return length + Tag;
    }

    internal override bool OpenRtp(uint ssrc, long index, ReadOnlySpan<byte> packet, int headerLength, Span<byte> plain)
    {
        Span<byte> mac = stackalloc byte[20];
        RtpMac(packet[..^Tag], index, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac[..Tag], packet[^Tag..])) return false;
        rtp.Apply(ssrc, index, packet[headerLength..^Tag], plain);
        return true;
    }

    internal override int SealRtcp(uint ssrc, uint index, ReadOnlySpan<byte> packet, Span<byte> destination)
    {
        packet[..8].CopyTo(destination);
        rtcp.Apply(ssrc, index, packet[8..], destination[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[packet.Length..], EncryptedFlag | index);
        var length = packet.Length + 4;
        Span<byte> mac = stackalloc byte[20];
        _rtcpMac.AppendData(destination[..length]);
        _rtcpMac.GetHashAndReset(mac);
        mac[..Tag].CopyTo(destination[length..]);
        return length + Tag;
    }

    internal override bool OpenRtcp(uint ssrc, uint index, Span<byte> packet)
    {
        Span<byte> mac = stackalloc byte[20];
        _rtcpMac.AppendData(packet[..^Tag]);
        _rtcpMac.GetHashAndReset(mac);
        if (!CryptographicOperations.FixedTimeEquals(mac[..Tag], packet[^Tag..])) return false;
        var body = packet[8..^(Tag + 4)];
        rtcp.Apply(ssrc, index, body, body);
        return true;
    }

    // RFC 3711 §4.2: the ROC is appended to what is authenticated, but not sent.
    void RtpMac(ReadOnlySpan<byte> packet, long index, Span<byte> mac)
    {
        Span<byte> roc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(roc, (uint)(index >> 16));
        _rtpMac.AppendData(packet);
        _rtpMac.AppendData(roc);
        _rtpMac.GetHashAndReset(mac);
    }

    public override void Dispose()
    {
        rtp.Dispose();
        rtcp.Dispose();
        _rtpMac.Dispose();
        _rtcpMac.Dispose();
    }
}

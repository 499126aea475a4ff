using System.Buffers.Binary;
using FirstRing.Media.Rtc.Rtp;

namespace FirstRing.Media.Rtc.Srtp;

/// <summary>
/// Opens what comes from one peer, in place. Not thread-safe: one owner. Nothing is remembered about a packet before it was authenticated, so
/// a forger cannot move a rollover counter, close a replay window or fill the table.
/// </summary>
public sealed class SrtpReceiver : IDisposable
{
    /// <summary>How many SSRCs one peer may send on. They are never evicted: forgetting a window would let old packets in again.</summary>
    public const int MaxStreams = 64;
    // After this many failures in a row on a known SSRC one more rollover is tried: an outage of over 32,768 packets leaves the estimate behind.
    const int FailuresBeforeCatchUp = 8;

    readonly SrtpCipher _cipher;
    readonly Dictionary<uint, SrtpStream> _streams = new(MaxStreams);
    readonly byte[] _scratch = new byte[2048];

    /// <summary>Takes the master key and salt of this direction; throws when their sizes do not fit the profile.</summary>
    public SrtpReceiver(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt) =>
        _cipher = SrtpCipher.Create(profile, masterKey, masterSalt);

    /// <summary>Packets refused because their tag was wrong.</summary>
    public long Forged { get; private set; }
    /// <summary>Packets refused because their index was used before or is too old.</summary>
    public long Replayed { get; private set; }

    /// <summary>
    /// Opens an SRTP packet. On true the packet is <c>datagram[..plainLength]</c>; on false the datagram's content is worthless.
    /// </summary>
    public bool TryUnprotectRtp(Span<byte> datagram, out int plainLength)
    {
        plainLength = 0;
        if (!RtpHeader.TryMeasure(datagram, out var headerLength)) return false;
        var bodyLength = datagram.Length - headerLength - _cipher.TagLength;
        if (bodyLength < 0 || !CounterMode.Fits(bodyLength)) return false;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]);
        var sequence = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);

        if (!_streams.TryGetValue(ssrc, out var stream) && _streams.Count >= MaxStreams) return false;
        var (index, second) = Guess(stream, sequence);
        if (index < 0)
        {
            Replayed++;
            return false;
        }
        if (!Open(ssrc, ref index, second, datagram, headerLength, bodyLength))
        {
            Forged++;
            if (stream is not null) stream.FailuresInARow = int.Min(stream.FailuresInARow, FailuresBeforeCatchUp) + 1;
            return false;
        }
        stream ??= _streams[ssrc] = new SrtpStream();
        stream.FailuresInARow = 0;
        stream.Rtp.Use(index);
        plainLength = headerLength + bodyLength;
        return true;
    }

    /// <summary>
    /// Opens an SRTCP packet. On true the packet is <c>datagram[..plainLength]</c>; on false the datagram's content is worthless.
    /// </summary>
    public bool TryUnprotectRtcp(Span<byte> datagram, out int plainLength)
    {
        plainLength = 0;
        var length = datagram.Length - _cipher.TagLength - 4;
        if (length < 8 || datagram[0] >> 6 != 2 || !CounterMode.Fits(length)) return false;
        var ssrc = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]);
        var word = BinaryPrimitives.ReadUInt32BigEndian(datagram[(_cipher is GcmCipher ? length + _cipher.TagLength : length)..]);
        if (word >> 31 == 0) return false; // we negotiated encryption: a clear packet is not from our peer
        var index = word & 0x7FFF_FFFF;

        var known = _streams.TryGetValue(ssrc, out var stream);
        if (!known && _streams.Count >= MaxStreams) return false;
        if (known && !stream!.Rtcp.IsFresh(index))
        {
            Replayed++;
            return false;
        }
        if (!_cipher.OpenRtcp(ssrc, index, datagram))
        {
            Forged++;
            return false;
        }
        stream ??= _streams[ssrc] = new SrtpStream();
        stream.Rtcp.Use(index);
        plainLength = length;
        return true;
    }

    // The index to try and, if it may be worth it, a second one (else −1): one rollover on. That is for a stream whose first packets were lost
    // just before a wrap, and for one where over 32,768 packets were lost, so that the estimate fell behind.
    static (long Index, long Second) Guess(SrtpStream? stream, ushort sequence)
    {
        if (stream is null || stream.Rtp.Highest < 0) return (sequence, sequence < 0x8000 ? sequence + 0x10000 : -1);
        var index = stream.Estimate(sequence);
        var catchUp = stream.FailuresInARow >= FailuresBeforeCatchUp ? index + 0x10000 : -1;
        if (stream.Rtp.IsFresh(index)) return (index, catchUp);
        if (index > stream.Rtp.Highest - ReplayWindow.Width) return (-1, -1); // a plain duplicate
        stream.FailuresInARow++;
        return (catchUp, -1);
    }

    bool Open(uint ssrc, ref long index, long second, Span<byte> datagram, int headerLength, int bodyLength)
    {
        var body = datagram.Slice(headerLength, bodyLength);
        if (second < 0) return _cipher.OpenRtp(ssrc, index, datagram, headerLength, body);

        // AesGcm clears its output on a wrong tag, so a packet that may need a second try is opened beside itself.
        if (!_cipher.OpenRtp(ssrc, index, datagram, headerLength, _scratch))
        {
            if (!_cipher.OpenRtp(ssrc, second, datagram, headerLength, _scratch)) return false;
            index = second;
        }
        _scratch.AsSpan(0, bodyLength).CopyTo(body);
        return true;
    }

    /// <summary>Frees the keys.</summary>
    public void Dispose() => _cipher.Dispose();
}

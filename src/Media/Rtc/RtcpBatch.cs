using FirstRing.Media.Rtc.Srtp;

namespace FirstRing.Media.Rtc;

// Gathers RTCP packets for one peer and sends them as few datagrams as they fit into, reduced-size where there is no report (RFC 5506).
ref struct RtcpBatch(Span<byte> buffer, SrtpSender sender, SendBatch outgoing, RemoteAddress to)
{
    // No message of ours but transport feedback is longer, and that takes what room there is.
    const int MostOfOne = 400;
    internal const int BufferLength = 1200;

    readonly Span<byte> _buffer = buffer;
    int _length;

    // Room for one more message.
    internal Span<byte> Room
    {
        get
        {
            if (_buffer.Length - _length < MostOfOne) Flush();
            return _buffer[_length..];
        }
    }

    internal void Add(int length) => _length += length;

    internal void Flush()
    {
        if (_length == 0) return;
        var sealedLength = sender.ProtectRtcp(_buffer[.._length], outgoing.Rent());
        if (sealedLength > 0) outgoing.Commit(sealedLength, to);
        _length = 0;
    }
}

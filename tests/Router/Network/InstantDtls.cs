using System.Buffers.Binary;
using FirstRing.Media.Rtc.Dtls;

namespace FirstRing.Tests.Router.Network;

// A handshake of one datagram, which names the page that sent it. Shares its key material with that page.
sealed class InstantDtls : IDtlsServer
{
    readonly List<(byte[] Material, byte[] Fingerprint)> _pages = [];

    public ReadOnlySpan<byte> Fingerprint => new byte[32];
    public int Opened { get; private set; }
    public int Closed { get; private set; }

    public byte[] Register(byte[] material, byte[] fingerprint)
    {
        _pages.Add((material, fingerprint));
        var hello = new byte[16];
        hello[0] = 22;
        BinaryPrimitives.WriteUInt16BigEndian(hello.AsSpan(14), (ushort)(_pages.Count - 1));
        return hello;
    }

    public IDtlsAssociation Open(IDtlsSink sink)
    {
        Opened++;
        return new Association(this, sink);
    }

    sealed class Association(InstantDtls owner, IDtlsSink sink) : IDtlsAssociation
    {
        bool _done, _closed;

        public void Push(ReadOnlySpan<byte> datagram)
        {
            if (_done || datagram.Length != 16 || BinaryPrimitives.ReadUInt16BigEndian(datagram[14..]) is var page && page >= owner._pages.Count) return;
            _done = true;
            var (material, fingerprint) = owner._pages[page];
            sink.Connected(new DtlsKeys(7, material.ToArray(), fingerprint));
        }

        public void Close()
        {
            if (_closed) return;
            _closed = true;
            owner.Closed++;
        }
    }
}

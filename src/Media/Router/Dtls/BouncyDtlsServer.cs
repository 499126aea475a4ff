using System.Collections.Concurrent;
using FirstRing.Media.Rtc.Dtls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FirstRing.Media.Router.Dtls;

/// <summary>The DTLS port over BouncyCastle: DTLS 1.2, server only, one certificate per process. Never asks for a HelloVerifyRequest: BouncyCastle's
/// can't reassemble the two-datagram ClientHello that browsers send, and ICE has validated the path already.</summary>
internal sealed class BouncyDtlsServer : IDtlsServer, IDisposable
{
    private readonly ConcurrentDictionary<DtlsAssociation, byte> open = new();

    public BouncyDtlsServer(DtlsCertificate certificate, int maxThreads = 32, int maxWaiting = 1024)
    {
        Certificate = certificate;
        Pool = new HandshakePool(maxThreads, maxWaiting);
    }

    public ReadOnlySpan<byte> Fingerprint => Certificate.Fingerprint;

    public DtlsCertificate Certificate { get; }

    public BcTlsCrypto Crypto { get; } = new();

    public HandshakePool Pool { get; }

    public DtlsPump Pump { get; } = new();

    public int OpenCount => open.Count;

    public IDtlsAssociation Open(IDtlsSink sink)
    {
        var association = new DtlsAssociation(this, sink);
        open[association] = 0;
        return association;
    }

    public void Forget(DtlsAssociation association) => open.TryRemove(association, out _);

    public void Dispose()
    {
        foreach (var association in open.Keys)
        {
            association.Close();
        }
        Pool.Dispose();
        Pump.Dispose();
    }
}

using FirstRing.Media.Rtc.Dtls;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FirstRing.Media.Router.Dtls;

/// <summary>
/// A whole handshake with ourselves, once per SRTP profile. Readiness hangs on it: it proves the engine works, and it compiles the code that would
/// otherwise make the first patient of the day wait (cold 120–280 ms of CPU, warm 2 ms).
/// </summary>
internal static class SelfHandshake
{
    public static bool Succeeds(BouncyDtlsServer server)
    {
        var client = server.Certificate;
        return SrtpOffers.Preferred.All(profile => Once(server, client, profile));
    }

    private static bool Once(BouncyDtlsServer server, DtlsCertificate certificate, int profile)
    {
        var sink = new Loop();
        var association = server.Open(sink);
        var handshake = new ClientHandshake(new BcTlsCrypto(), certificate, [profile]);
        try
        {
            sink.ToClient = new DatagramQueue(association.Push);
            new DtlsClientProtocol().Connect(handshake, sink.ToClient);
            return sink.Finished.Wait(TimeSpan.FromSeconds(5)) && sink.Keys!.Material.AsSpan().SequenceEqual(handshake.Keys!.Material);
        }
        catch (Exception)
        {
            return false;
        }
        finally
        {
            association.Close();
        }
    }

    private sealed class Loop : IDtlsSink
    {
        public DatagramQueue? ToClient { get; set; }

        public ManualResetEventSlim Finished { get; } = new();

        public DtlsKeys? Keys { get; private set; }

        public void Send(ReadOnlySpan<byte> datagram) => ToClient!.Push(datagram);

        public void Connected(DtlsKeys keys)
        {
            Keys = keys;
            Finished.Set();
        }

        public void Failed(string reason)
        {
        }

        public void Closed()
        {
        }
    }
}

using FirstRing.Media.Rtc.Dtls;
using Org.BouncyCastle.Tls;

namespace FirstRing.Media.Router.Dtls;

/// <summary>
/// One peer's DTLS over BouncyCastle's blocking engine: a handshake on a pool thread, and afterwards, when a datagram comes, a short turn of the pump.
/// Without that turn a lost final flight would never be sent again and close_notify would not be seen.
/// </summary>
internal sealed class DtlsAssociation : IDtlsAssociation
{
    // After the handshake a client has at most a few retransmissions and a close_notify to say.
    private const int LateDatagramsPerSecond = 32;

    private readonly BouncyDtlsServer owner;
    private readonly IDtlsSink sink;
    private readonly DatagramQueue queue;
    private readonly byte[] nothing = new byte[64];
    private DtlsTransport? transport;
    private int pumpQueued;
    private int state;
    private long lateSecond;
    private int lateCount;

    private const int Fresh = 0, Shaking = 1, Established = 2, Ended = 3;

    public DtlsAssociation(BouncyDtlsServer owner, IDtlsSink sink)
    {
        this.owner = owner;
        this.sink = sink;
        queue = new DatagramQueue(datagram => this.sink.Send(datagram));
    }

    public void Push(ReadOnlySpan<byte> datagram)
    {
        switch (Volatile.Read(ref state))
        {
            case Fresh:
                queue.Push(datagram);
                if (Interlocked.CompareExchange(ref state, Shaking, Fresh) == Fresh && !owner.Pool.TryRun(Shake))
                {
                    End("busy");
                }
                break;
            case Shaking:
                queue.Push(datagram);
                break;
            case Established:
                if (LateAllowance() && queue.Push(datagram))
                {
                    RequestTurn();
                }
                break;
        }
    }

    public void Close()
    {
        if (Interlocked.Exchange(ref state, Ended) == Established)
        {
            owner.Pump.Post(SayGoodbye);
        }
        queue.Abort();
        owner.Forget(this);
    }

    private void Shake()
    {
        try
        {
            DtlsKeys? keys = null;
            var handshake = new ServerHandshake(owner.Crypto, owner.Certificate, found => keys = found, sink.Closed);
            transport = new DtlsServerProtocol().Accept(handshake, queue);
            if (Interlocked.CompareExchange(ref state, Established, Shaking) == Shaking)
            {
                sink.Connected(keys!);
                RequestTurn();
            }
        }
        catch (TlsTimeoutException)
        {
            End("timeout");
        }
        catch (Exception failure)
        {
            End(failure is TlsFatalAlert or TlsFatalAlertReceived ? "refused" : "broken");
        }
    }

    private void End(string reason)
    {
        if (Interlocked.Exchange(ref state, Ended) != Ended)
        {
            queue.Abort();
            owner.Forget(this);
            sink.Failed(reason);
        }
    }

    private bool LateAllowance()
    {
        var second = Environment.TickCount64 >> 10;
        if (second != lateSecond)
        {
            (lateSecond, lateCount) = (second, 0);
        }
        return lateCount++ < LateDatagramsPerSecond;
    }

    private void RequestTurn()
    {
        if (Interlocked.Exchange(ref pumpQueued, 1) == 0)
        {
            owner.Pump.Post(Turn);
        }
    }

    private void Turn()
    {
        Volatile.Write(ref pumpQueued, 0);
        try
        {
            while (!queue.IsEmpty && Volatile.Read(ref state) == Established)
            {
                // Application data would be SCTP, which we don't offer: read and dropped. One millisecond is the least the engine waits.
                transport!.Receive(nothing, 1);
            }
        }
        catch (Exception)
        {
            // The record layer has failed for good. The media keys are untouched: ICE consent, not DTLS, decides how long the peer lives.
            queue.Abort();
        }
    }

    private void SayGoodbye()
    {
        try
        {
            transport!.Close();
        }
        catch (Exception)
        {
            // Only a courtesy.
        }
    }
}

using System.Buffers.Binary;
using Org.BouncyCastle.Tls;

namespace FirstRing.Media.Router.Dtls;

/// <summary>Between the worker that pushes datagrams and the blocking handshake that pulls them. Bounded: what doesn't fit is lost, as on any network.</summary>
internal sealed class DatagramQueue(Action<ReadOnlySpan<byte>> send) : DatagramTransport
{
    private const int Capacity = 50;
    private const int ReceiveLimit = 1500;
    private const int SendLimit = 1200;
    private const int RecordHeader = 13;

    private readonly Queue<byte[]> waiting = new();
    private bool closed;

    public bool IsEmpty
    {
        get
        {
            lock (waiting)
            {
                return waiting.Count == 0;
            }
        }
    }

    public bool Push(ReadOnlySpan<byte> datagram)
    {
        lock (waiting)
        {
            if (closed || waiting.Count >= Capacity || datagram.Length > ReceiveLimit || !IsReadable(datagram))
            {
                return false;
            }
            waiting.Enqueue(datagram.ToArray());
            Monitor.Pulse(waiting);
            return true;
        }
    }

    /// <summary>
    /// All its records say that they are DTLS 1.0, as a first ClientHello may, or 1.2. The engine takes the version that is reserved (0xFEFE) for a fault of its own and is done for: one record
    /// of it would end a handshake, or make an association deaf, whoever sent it.
    /// </summary>
    internal static bool IsReadable(ReadOnlySpan<byte> datagram)
    {
        while (datagram.Length >= RecordHeader)
        {
            if (datagram[1] != 0xFE || datagram[2] is not (0xFF or 0xFD))
            {
                return false;
            }
            datagram = datagram[Math.Min(datagram.Length, RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]))..];
        }
        return true;
    }

    /// <summary>Ends a handshake that waits here: it finds the transport gone and unwinds.</summary>
    public void Abort()
    {
        lock (waiting)
        {
            closed = true;
            waiting.Clear();
            Monitor.PulseAll(waiting);
        }
    }

    public int GetReceiveLimit() => ReceiveLimit;

    public int GetSendLimit() => SendLimit;

    public int Receive(byte[] buf, int off, int len, int waitMillis) => Receive(buf.AsSpan(off, len), waitMillis);

    // -1 means "nothing in time". An IOException would fail the record layer for good, so only Abort raises one.
    public int Receive(Span<byte> buffer, int waitMillis)
    {
        lock (waiting)
        {
            if (waiting.Count == 0 && !closed)
            {
                Monitor.Wait(waiting, waitMillis <= 0 ? ServerHandshake.TimeoutMillis : waitMillis);
            }
            if (closed)
            {
                throw new TlsFatalAlert(AlertDescription.user_canceled);
            }
            if (!waiting.TryDequeue(out var datagram) || datagram.Length > buffer.Length)
            {
                return -1;
            }
            datagram.CopyTo(buffer);
            return datagram.Length;
        }
    }

    public void Send(byte[] buf, int off, int len) => send(buf.AsSpan(off, len));

    public void Send(ReadOnlySpan<byte> buffer) => send(buffer);

    public void Close()
    {
    }
}

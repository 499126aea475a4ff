using System.Threading.Channels;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Ice;

namespace FirstRing.Media.Router.Workers;

/// <summary>
/// Everything behind one UDP port, owned by one thread: datagrams and time in, datagrams out through the batch. Commands come from other threads
/// through a bounded inbox. Holds no socket and no clock; all times are microseconds of one monotonic clock.
/// </summary>
internal sealed class Worker(IceCredentials credentials, IDtlsServer dtls, SendBatch outgoing)
{
    readonly Channel<WorkerCommand> _inbox = Channel.CreateBounded<WorkerCommand>(
        new BoundedChannelOptions(8192) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Called after something was posted, from the posting thread.</summary>
    internal Action Wake { get; set; } = static () => { };

    /// <summary>True while the inbox holds something; call <see cref="OnTick"/> then.</summary>
    internal bool HasPosted => _inbox.Reader.TryPeek(out _);

    /// <summary>Hands a command over, from any thread. False when the inbox is full.</summary>
    internal bool Post(WorkerCommand command)
    {
        if (!_inbox.Writer.TryWrite(command)) return false;
        Wake();
        return true;
    }

    /// <summary>Takes one datagram; its bytes are decrypted in place and not kept.</summary>
    internal void OnDatagram(Span<byte> datagram, in RemoteAddress from, long now)
    {
        _ = (credentials, dtls, outgoing);
    }

    /// <summary>Carries out what was posted and what is due, and returns when it wants to be called next.</summary>
    internal long OnTick(long now)
    {
        while (_inbox.Reader.TryRead(out var command)) command.Complete(CommandOutcome.Done);
        return now + 1_000_000;
    }
}

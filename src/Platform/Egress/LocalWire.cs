using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FirstRing.Platform.Egress;

/// <summary>
/// The way to a program that the operator runs on this machine: <c>unix:/PATH</c> or <c>tcp:127.0.0.1:PORT</c>. It leaves the machine under no spelling, and so needs
/// no agreement.
/// </summary>
public sealed class LocalWire
{
    static readonly TimeSpan Within = TimeSpan.FromSeconds(3);

    readonly EndPoint _where;

    LocalWire(EndPoint where) => _where = where;

    /// <exception cref="ArgumentException">Neither a Unix socket's absolute path nor a loopback address with a port.</exception>
    public static LocalWire Parse(string text)
    {
        if (text.StartsWith("unix:/", StringComparison.Ordinal)) return new LocalWire(new UnixDomainSocketEndPoint(text["unix:".Length..]));
        if (text.StartsWith("tcp:", StringComparison.Ordinal) && IPEndPoint.TryParse(text["tcp:".Length..], out var address) && IPAddress.IsLoopback(address.Address) && address.Port != 0)
            return new LocalWire(address);
        throw new ArgumentException($"'{text}' is no address on this machine. As in: unix:/run/clamav/clamd.ctl, or tcp:127.0.0.1:{3310.ToString(CultureInfo.InvariantCulture)}.");
    }

    /// <exception cref="SocketException">Nobody answers there.</exception>
    public Task<Stream> Connect(CancellationToken stop) => EgressWire.Dial(_where, Within, stop);
}

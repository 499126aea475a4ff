using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Router.Rooms;

namespace FirstRing.Media.Router.Workers;

/// <summary>The worker's connections: by address for every packet, by identity for checks from a new address, as a list for the clock.</summary>
internal sealed class Connections
{
    readonly Dictionary<RemoteAddress, Connection> _byAddress = [];
    readonly Dictionary<IceIdentity, Connection> _byIdentity = [];
    readonly List<Connection> _all = [];

    internal int Count => _all.Count;

    internal Connection this[int index] => _all[index];

    internal Connection? At(in RemoteAddress address) => _byAddress.GetValueOrDefault(address);

    internal Connection? Of(in IceIdentity identity) => _byIdentity.GetValueOrDefault(identity);

    internal void Add(Connection connection)
    {
        connection.Index = _all.Count;
        _all.Add(connection);
        _byIdentity[connection.Identity] = connection;
    }

    /// <summary>The connection has proved to own the address; whoever had it before has lost it.</summary>
    internal void Claim(Connection connection, in RemoteAddress address, RemoteAddress? evicted)
    {
        if (evicted is { } old && At(old) == connection) _byAddress.Remove(old);
        if (At(address) is { } before && before != connection) before.Peer.Ice.Forget(address);
        _byAddress[address] = connection;
    }

    /// <summary>The address is nobody's any more.</summary>
    internal void Release(in RemoteAddress address) => _byAddress.Remove(address);

    internal void Remove(Connection connection)
    {
        if (connection.Index >= _all.Count || _all[connection.Index] != connection) return;
        foreach (var address in connection.Peer.Ice.Addresses)
            if (At(address) == connection)
                _byAddress.Remove(address);
        _byIdentity.Remove(connection.Identity);
        var last = _all[^1];
        _all[connection.Index] = last;
        last.Index = connection.Index;
        _all.RemoveAt(_all.Count - 1);
    }
}

using System.Security.Cryptography;
using FirstRing.Media.Rtc.Ice;

namespace FirstRing.Media.Rtc.Turn;

// All allocations of a worker: by the client's 5-tuple, and by the port that they are relayed from, which is a number and no socket.
sealed class Allocations
{
    const int FirstPort = 49_152, Ports = 65_536 - FirstPort;

    readonly Dictionary<RemoteAddress, Allocation> _byClient = [];
    readonly Dictionary<ushort, Allocation> _byPort = [];
    int _next = RandomNumberGenerator.GetInt32(Ports);

    internal int Count => _byClient.Count;

    internal Dictionary<RemoteAddress, Allocation>.ValueCollection All => _byClient.Values;

    internal Allocation? Of(in RemoteAddress client) => _byClient.GetValueOrDefault(client);

    internal Allocation? At(in RemoteAddress relayed) => _byPort.GetValueOrDefault(relayed.Port);

    // A number that nobody has, the next one in turn: one that was let go of is not soon somebody else's. There are more than allocations.
    internal ushort FreePort(bool isEven)
    {
        for (; ; )
        {
            var port = (ushort)(FirstPort + _next);
            _next = (_next + 1) % Ports;
            if (!_byPort.ContainsKey(port) && !(isEven && port % 2 == 1)) return port;
        }
    }

    internal void Add(Allocation one)
    {
        _byClient[one.Client] = one;
        _byPort[one.Relayed.Port] = one;
    }

    internal void Remove(Allocation one)
    {
        _byClient.Remove(one.Client);
        _byPort.Remove(one.Relayed.Port);
    }

    // How many were made under one credential, and how many by its participant under any.
    internal (int Credential, int Participant) Held(in IceIdentity owner)
    {
        var (credential, participant) = (0, 0);
        foreach (var one in _byClient.Values)
        {
            if (one.Owner.Call != owner.Call || one.Owner.Participant != owner.Participant) continue;
            participant++;
            if (one.Owner.Generation == owner.Generation) credential++;
        }
        return (credential, participant);
    }
}

using System.Net;
using System.Security.Cryptography;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Tests.Rtc.Turn;

/// <summary>A relay with two sockets behind it, its clock, and what it said last.</summary>
sealed class Relay
{
    public static readonly IPEndPoint First = new(IPAddress.Parse("203.0.113.7"), 5000), Second = new(IPAddress.Parse("10.1.2.3"), 5000);
    public static readonly RemoteAddress Page = new(0, 0xFFFF_C000_0205, 40_000, 0);

    readonly Outbox _outbox = new();

    public Relay(TurnLimits? limits = null, params IPEndPoint[] own)
    {
        Server = new TurnServer([.. (own.Length == 0 ? [First, Second] : own).Select((end, local) => Of(end, (byte)local))], Credentials, limits) { Gone = Gone.Add };
    }

    public TurnServer Server { get; }
    public IceCredentials Credentials { get; } = new(RandomNumberGenerator.GetBytes(32), 2);
    public List<RemoteAddress> Gone { get; } = [];
    public long Now { get; set; } = 1_000_000;
    public byte[]? Last => _outbox.Last;
    public byte[] Inner { get; private set; } = [];
    public RemoteAddress Path { get; private set; }

    public static IceIdentity Someone(int generation = 1, byte participant = 1) => new(new Guid(1, 2, 3, new byte[8]), new Guid(4, 5, participant, new byte[8]), generation);

    public static RemoteAddress Of(IPEndPoint end, byte local = 0)
    {
        var bytes = end.Address.MapToIPv6().GetAddressBytes();
        return new RemoteAddress(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(8)), (ushort)end.Port, local);
    }

    public TurnClient Client(IceIdentity? whose = null, long life = 600_000_000)
    {
        var (username, password) = Credentials.Issue(whose ?? Someone(), Now + life);
        return new TurnClient(username, password);
    }

    /// <summary>Hands a datagram over; true when it brought one for the worker.</summary>
    public bool Take(byte[] datagram, RemoteAddress? from = null)
    {
        _outbox.Last = null;
        var bytes = (byte[])datagram.Clone();
        var taken = (datagram[0] >> 6) == 1
            ? Server.TakeChannel(bytes, from ?? Page, Now, out var inner, out var path)
            : Server.TakeMessage(bytes, from ?? Page, Now, _outbox, out inner, out path);
        if (taken) (Inner, Path) = (inner.ToArray(), path);
        return taken;
    }

    /// <summary>The error code that a request is answered with, 0 for success, −1 for silence.</summary>
    public int Ask(TurnClient client, byte[] request, RemoteAddress? from = null)
    {
        Assert.False(Take(request, from));
        return Last is null ? -1 : client.Read(Last);
    }

    public TurnClient Challenged(RemoteAddress? from = null, IceIdentity? whose = null, long life = 600_000_000)
    {
        var client = Client(whose, life);
        Assert.Equal(401, Ask(client, client.Ask(StunMethod.Allocate, (StunAttribute.RequestedTransport, [17, 0, 0, 0])), from));
        return client;
    }

    public TurnClient Allocated(RemoteAddress? from = null, IceIdentity? whose = null, long life = 600_000_000)
    {
        var client = Challenged(from, whose, life);
        Assert.Equal(0, Ask(client, client.Allocate(), from));
        return client;
    }

    /// <summary>What the worker sends to a path, as its client gets it; null when it does not.</summary>
    public byte[]? Down(byte[] bytes, RemoteAddress to, out RemoteAddress client)
    {
        var slot = new byte[SendBatch.SlotBytes];
        bytes.CopyTo(slot, 0);
        var length = Server.Wrap(slot, bytes.Length, to, out client);
        return length == 0 ? null : slot[..length];
    }

    sealed class Outbox : SendBatch
    {
        readonly byte[] _slot = new byte[SlotBytes];

        public byte[]? Last { get; set; }

        public override Span<byte> Rent() => _slot;

        public override void Commit(int length, in RemoteAddress to) => Last = _slot[..length];
    }
}

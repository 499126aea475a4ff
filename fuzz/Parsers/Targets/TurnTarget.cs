using System.Security.Cryptography;
using System.Text;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;

namespace FirstRing.Fuzz.Parsers.Targets;

// The first byte says who sends the rest: a stranger, the owner of an allocation as it stands or by a channel, or the owner with a proof around attributes of any kind.
static class TurnTarget
{
    const long Now = 1_000_000, Life = 600_000_000;
    static readonly RemoteAddress Own = new(0, 0xFFFF_CB00_7107, 5000, 0), Owner = new(0, 0xFFFF_C000_0205, 40_000, 0), Stranger = new(0, 0xFFFF_C000_0206, 40_000, 0);
    static readonly IceCredentials Credentials = new(new byte[32], 2);
    static readonly byte[] Udp = [17, 0, 0, 0];

    internal static void Run(byte[] bytes)
    {
        if (bytes.Length < 2) return;
        var relay = new Relay();
        var rest = bytes[1..];
        switch (bytes[0] % 4)
        {
            case 0:
                Must.Hold(!relay.Take(rest, Stranger) && !relay.Server.Owns(Stranger));
                Must.Hold(relay.Said is null || relay.Said.Length <= 3 * rest.Length);
                break;
            case 1:
                relay.Take(rest, Owner);
                break;
            case 2:
                relay.TakeByChannel(rest);
                break;
            default:
                relay.Take(relay.Prove((StunMethod)(rest[0] & 0x0F), rest.AsSpan(1)), Owner);
                break;
        }
        relay.Server.Advance(Now + 2 * Life);
        Must.Hold(!relay.Server.Owns(Owner));
    }

    sealed class Relay : SendBatch
    {
        readonly byte[] _slot = new byte[SlotBytes];
        readonly byte[] _username, _key, _nonce, _realm;

        public Relay()
        {
            Server = new TurnServer([Own], Credentials);
            var (username, password) = Credentials.Issue(new IceIdentity(new Guid(1, 2, 3, new byte[8]), new Guid(4, 5, 6, new byte[8]), 1), Now + Life);
            _username = Encoding.ASCII.GetBytes(username);
            Server.TakeMessage(Write(StunMethod.Allocate, [0x00, 0x19, 4, .. Udp], proves: false), Owner, Now, this, out _, out _);
            Must.Hold(StunMessage.TryRead(Said, out var challenge));
            Must.Hold(challenge.TryGet(StunAttribute.Realm, out var realm) & challenge.TryGet(StunAttribute.Nonce, out var nonce));
            (_realm, _nonce) = (realm.ToArray(), nonce.ToArray());
            // RFC 8489 §9.2.2.
#pragma warning disable CA5351
            _key = MD5.HashData(Encoding.ASCII.GetBytes($"{username}:{Encoding.ASCII.GetString(_realm)}:{password}"));
#pragma warning restore CA5351
            Server.TakeMessage(Prove(StunMethod.Allocate, [0x00, 0x19, 4, .. Udp]), Owner, Now, this, out _, out _);
            Must.Hold(Server.Owns(Owner));
            // By channel 0x4000 to the one peer there is, which permits it too.
            Server.TakeMessage(Prove(StunMethod.ChannelBind, [0x00, 0x0C, 4, 0x40, 0, 0, 0, 0x00, 0x12, 8, 0, 1, 0x32, 0x9A, 0xEA, 0x12, 0xD5, 0x45]), Owner, Now, this, out _, out _);
            Must.Hold(StunMessage.TryRead(Said, out var bound) && bound.Class == StunClass.Success);
            Said = null;
        }

        public TurnServer Server { get; }
        public byte[]? Said { get; private set; }

        public bool Take(byte[] datagram, in RemoteAddress from)
        {
            var taken = Server.TakeMessage(datagram, from, Now, this, out var inner, out var path);
            if (taken) MustBeOurs(datagram, inner, path);
            return taken;
        }

        public void TakeByChannel(byte[] datagram)
        {
            if (Server.TakeChannel(datagram, Owner, Now, out var inner, out var path)) MustBeOurs(datagram, inner, path);
        }

        public byte[] Prove(StunMethod method, ReadOnlySpan<byte> attributes) => Write(method, attributes, proves: true);

        // Attributes as two bytes of type, one of length, and a value; what does not fit ends them.
        byte[] Write(StunMethod method, ReadOnlySpan<byte> attributes, bool proves)
        {
            var buffer = new byte[4096];
            var writer = new StunWriter(buffer);
            writer.Begin(StunClass.Request, method, new byte[12]);
            while (attributes.Length >= 3 && attributes[2] <= attributes.Length - 3 && writer.Length < 2048)
            {
                writer.Add((ushort)(attributes[0] << 8 | attributes[1]), attributes.Slice(3, attributes[2]));
                attributes = attributes[(3 + attributes[2])..];
            }
            if (proves)
            {
                writer.AddUsername(_username);
                writer.Add(StunAttribute.Realm, _realm);
                writer.Add(StunAttribute.Nonce, _nonce);
                writer.AddIntegrity(_key);
            }
            return buffer[..writer.Length];
        }

        // What the worker is given lies in what came, and is said to come by the allocation's path and no other.
        void MustBeOurs(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> inner, in RemoteAddress path)
        {
            Must.Hold(inner.IsEmpty || datagram.Overlaps(inner));
            Must.Hold(Server.TryFindClient(path, out var client) && client == Owner);
        }

        public override Span<byte> Rent() => _slot;

        public override void Commit(int length, in RemoteAddress to)
        {
            Must.Hold(length is > 0 and <= SlotBytes);
            Said = _slot[..length];
        }
    }
}

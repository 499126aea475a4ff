using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Tests.Rtc.Turn;

/// <summary>A relay's client without a socket: writes its requests and reads its answers, and remembers realm and nonce.</summary>
sealed class TurnClient(string username, string password)
{
    readonly byte[] _buffer = new byte[2048];

    public string Username { get; set; } = username;
    public string Password { get; set; } = password;
    public string? Realm { get; set; }
    public byte[]? Nonce { get; set; }
    public byte[] Transaction { get; set; } = [];

    /// <summary>Writes nothing of who is asking: the first request.</summary>
    public byte[] Ask(StunMethod method, params (ushort Type, byte[] Value)[] attributes) => Write(method, proves: false, attributes);

    public byte[] Prove(StunMethod method, params (ushort Type, byte[] Value)[] attributes) => Write(method, proves: true, attributes);

    public byte[] Allocate(params (ushort Type, byte[] Value)[] more) => Prove(StunMethod.Allocate, [(StunAttribute.RequestedTransport, [17, 0, 0, 0]), .. more]);

    public byte[] Permit(params IPEndPoint[] peers) => Prove(StunMethod.CreatePermission, [.. peers.Select(Peer)]);

    public byte[] Bind(ushort channel, IPEndPoint peer) =>
        Prove(StunMethod.ChannelBind, (StunAttribute.ChannelNumber, [(byte)(channel >> 8), (byte)channel, 0, 0]), Peer(peer));

    public byte[] Refresh(uint seconds)
    {
        var lifetime = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(lifetime, seconds);
        return Prove(StunMethod.Refresh, (StunAttribute.Lifetime, lifetime));
    }

    public byte[] Send(IPEndPoint peer, byte[] bytes) => Send([Peer(peer), (StunAttribute.Data, bytes)]);

    public byte[] Send(params (ushort Type, byte[] Value)[] attributes)
    {
        var writer = new StunWriter(_buffer);
        writer.Begin(StunClass.Indication, StunMethod.Send, Transaction = RandomNumberGenerator.GetBytes(12));
        foreach (var (type, value) in attributes) Add(ref writer, type, value);
        return _buffer[..writer.Length];
    }

    public static byte[] ByChannel(ushort channel, byte[] bytes) => [(byte)(channel >> 8), (byte)channel, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];

    public static (ushort, byte[]) Peer(IPEndPoint peer) => Peer(peer.Address.GetAddressBytes(), (ushort)peer.Port);

    // In clear: what is written is XOR'ed with the message's own id.
    public static (ushort, byte[]) Peer(byte[] ip, ushort port) => (StunAttribute.XorPeerAddress, [.. ip, (byte)(port >> 8), (byte)port]);

    /// <summary>Reads an answer to the last request: its error code, or 0. A challenge is remembered.</summary>
    public int Read(ReadOnlySpan<byte> answer)
    {
        Assert.True(StunMessage.TryRead(answer, out var message));
        Assert.Equal(Transaction, message.TransactionId);
        if (message.Class == StunClass.Success)
        {
            Assert.True(message.VerifyIntegrity(Key()) && message.VerifyFingerprint());
            return 0;
        }
        Assert.Equal(StunClass.Error, message.Class);
        Assert.True(message.TryGet(StunAttribute.ErrorCode, out var error));
        if (message.TryGet(StunAttribute.Realm, out var realm) && message.TryGet(StunAttribute.Nonce, out var nonce)) (Realm, Nonce) = (Encoding.UTF8.GetString(realm), nonce.ToArray());
        else Assert.True(!message.HasIntegrity || message.VerifyIntegrity(Key()));
        return error[2] * 100 + error[3];
    }

    public static IPEndPoint Address(ReadOnlySpan<byte> answer, ushort type)
    {
        Assert.True(StunMessage.TryRead(answer, out var message));
        Span<byte> ip = stackalloc byte[16];
        Assert.True(message.TryGetXorAddress(type, ip, out var length, out var port));
        return new IPEndPoint(new IPAddress(ip[..length]), port);
    }

    /// <summary>What a Data indication or a datagram by a channel brings; null for anything else.</summary>
    public static byte[]? Unwrap(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length >= 4 && datagram[0] >> 6 == 1) return datagram.Slice(4, BinaryPrimitives.ReadUInt16BigEndian(datagram[2..])).ToArray();
        return StunMessage.TryRead(datagram, out var message) && message is { Class: StunClass.Indication, Method: StunMethod.Data } && message.TryGet(StunAttribute.Data, out var bytes) ? bytes.ToArray() : null;
    }

    byte[] Write(StunMethod method, bool proves, (ushort Type, byte[] Value)[] attributes)
    {
        var writer = new StunWriter(_buffer);
        writer.Begin(StunClass.Request, method, Transaction = RandomNumberGenerator.GetBytes(12));
        foreach (var (type, value) in attributes) Add(ref writer, type, value);
        if (proves)
        {
            writer.AddUsername(Encoding.UTF8.GetBytes(Username));
            writer.Add(StunAttribute.Realm, Encoding.UTF8.GetBytes(Realm ?? ""));
            writer.Add(StunAttribute.Nonce, Nonce);
            writer.AddIntegrity(Key());
        }
        return _buffer[..writer.Length];
    }

    static void Add(ref StunWriter writer, ushort type, byte[] value)
    {
        if (type == StunAttribute.XorPeerAddress && value.Length is 6 or 18) writer.AddXorAddress(type, value.AsSpan(..^2), (ushort)(value[^2] << 8 | value[^1]));
        else writer.Add(type, value);
    }

    // RFC 8489 §9.2.2.
#pragma warning disable CA5351
    byte[] Key() => MD5.HashData(Encoding.UTF8.GetBytes($"{Username}:{Realm}:{Password}"));
#pragma warning restore CA5351
}

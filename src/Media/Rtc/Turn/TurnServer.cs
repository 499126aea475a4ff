using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Stun;

namespace FirstRing.Media.Rtc.Turn;

/// <summary>
/// A relay (RFC 8656) whose only peers are the sockets of the worker it belongs to. It has no sockets of its own: what a client sends to a peer is given to the
/// worker as if it had come from the allocation's address, and what the worker sends there is wrapped and goes to the client. No clock, thread or lock;
/// nothing that comes in throws, and nothing is kept of who has not proved to know a password.
/// </summary>
public sealed class TurnServer
{
    const long SweepInterval = 1_000_000;
    const byte Udp = 17;

    static readonly ushort[] Understood =
    [
        StunAttribute.Username, StunAttribute.MessageIntegrity, StunAttribute.MessageIntegritySha256, StunAttribute.Realm, StunAttribute.Nonce, StunAttribute.Lifetime,
        StunAttribute.XorPeerAddress, StunAttribute.Data, StunAttribute.ChannelNumber, StunAttribute.RequestedTransport, StunAttribute.RequestedAddressFamily,
        StunAttribute.EvenPort, StunAttribute.ReservationToken,
    ];

    readonly Allocations _allocations = new();
    readonly TurnNonces _nonces = new();
    readonly TurnPeers _peers;
    readonly TurnKeys _keys;
    readonly TurnLimits _limits;
    readonly AnswerLimit _unproved;
    long _now, _sweepAt;

    /// <summary>A relay to the sockets bound at <paramref name="own"/>, in the order of their <see cref="RemoteAddress.Local"/>.</summary>
    public TurnServer(IReadOnlyList<RemoteAddress> own, IceCredentials credentials, TurnLimits? limits = null)
    {
        _limits = limits ?? new TurnLimits();
        (_peers, _keys) = (new TurnPeers(own), new TurnKeys(credentials));
        _unproved = new AnswerLimit(_limits.AnswersOfOneAddress, _limits.AnswersInAll);
    }

    /// <summary>What it has seen.</summary>
    public TurnCounters Counters { get; } = new();
    /// <summary>Told of each path of an allocation that is no more.</summary>
    public Action<RemoteAddress> Gone { get; set; } = static _ => { };
    /// <summary>Asked whether somebody goes by a path: then its allocation may outlive its credential.</summary>
    public Func<RemoteAddress, bool> IsInUse { get; set; } = static _ => false;

    /// <summary>The client has an allocation.</summary>
    public bool Owns(in RemoteAddress client) => _allocations.Of(client) is not null;

    /// <summary>Where what is sent to a relayed address really goes; false when there is no such allocation.</summary>
    public bool TryFindClient(in RemoteAddress relayed, out RemoteAddress client)
    {
        var found = _allocations.At(relayed);
        client = found?.Client ?? default;
        return found is not null;
    }

    /// <summary>Takes a STUN message of any method but Binding. True when it brought a datagram for the worker, which then comes from <paramref name="path"/>.</summary>
    public bool TakeMessage(Span<byte> datagram, in RemoteAddress from, long now, SendBatch outgoing, out Span<byte> inner, out RemoteAddress path)
    {
        _now = now;
        inner = default;
        path = default;
        if (!StunMessage.TryRead(datagram, out var message)) return Ignore();
        if (message.Class == StunClass.Indication && message.Method == StunMethod.Send) return TakeSend(message, datagram, from, out inner, out path);
        if (message.Class != StunClass.Request || message.Method is not (StunMethod.Allocate or StunMethod.Refresh or StunMethod.CreatePermission or StunMethod.ChannelBind))
            return Ignore();
        var length = Answer(message, from, outgoing.Rent());
        if (length > 0) outgoing.Commit(length, from);
        return false;
    }

    /// <summary>Takes a datagram by a channel, as <see cref="TakeMessage"/> does.</summary>
    public bool TakeChannel(Span<byte> datagram, in RemoteAddress from, long now, out Span<byte> inner, out RemoteAddress path)
    {
        _now = now;
        path = default;
        if (!Channels.TryRead(datagram, out var channel, out inner) || _allocations.Of(from) is not { } allocation) return Ignore();
        var local = allocation.LocalOf(channel, now);
        return local < 0 ? Ignore() : Carry(allocation, local, inner.Length, out path);
    }

    /// <summary>
    /// Wraps the first <paramref name="length"/> bytes of a slot that are for a relayed address, in place; returns how many there are now for the client, or 0 when
    /// they may not go there.
    /// </summary>
    public int Wrap(Span<byte> slot, int length, in RemoteAddress to, out RemoteAddress client)
    {
        client = default;
        if (_allocations.At(to) is not { } allocation || to.Local >= _peers.Count || !allocation.IsPermitted(to.Local, _now)) return 0;
        client = allocation.Client;
        if (!allocation.MayCarryDown(length, _now))
        {
            Counters.OverRate++;
            return 0;
        }
        Counters.Out++;
        var channel = allocation.ChannelOf(to.Local, _now);
        return channel != 0 ? Channels.Wrap(slot, length, channel) : TurnAnswers.WrapIndication(slot, length, _peers[to.Local]);
    }

    /// <summary>Each second: ends what has expired.</summary>
    public void Advance(long now)
    {
        _now = now;
        if (now < _sweepAt) return;
        _sweepAt = now + SweepInterval;
        foreach (var one in _allocations.All)
            if (one.ExpiresAt <= now)
                End(one);
    }

    /// <summary>The client's connection has ended, and with it its allocation.</summary>
    public void ClientGone(in RemoteAddress client)
    {
        if (_allocations.Of(client) is { } one) End(one);
    }

    void End(Allocation one)
    {
        _allocations.Remove(one);
        Counters.Allocations = _allocations.Count;
        for (var local = 0; local < _peers.Count; local++) Gone(one.Path(local));
    }

    bool Ignore()
    {
        Counters.Malformed++;
        return false;
    }

    bool TakeSend(scoped in StunMessage message, Span<byte> datagram, in RemoteAddress from, out Span<byte> inner, out RemoteAddress path)
    {
        inner = default;
        path = default;
        Span<ushort> unknown = stackalloc ushort[1];
        if (_allocations.Of(from) is not { } allocation || message.UnknownRequired(Understood, unknown) > 0) return Ignore();
        if (!message.TryGet(StunAttribute.XorPeerAddress, out var peer) || !message.TryGet(StunAttribute.Data, out var bytes)
            || !((ReadOnlySpan<byte>)datagram).Overlaps(bytes, out var at)) return Ignore();
        if (_peers.Judge(message, peer, allocation.IsIPv4, out var local, out var port) != 0 || port != _peers[local].Port || !allocation.IsPermitted(local, _now))
        {
            Counters.Forbidden++;
            return false;
        }
        inner = datagram.Slice(at, bytes.Length);
        return Carry(allocation, local, inner.Length, out path);
    }

    bool Carry(Allocation allocation, int local, int length, out RemoteAddress path)
    {
        path = allocation.Path(local);
        if (!allocation.MayCarryUp(length, _now))
        {
            Counters.OverRate++;
            return false;
        }
        Counters.In++;
        return true;
    }

    // RFC 8489 §9.2.4 and RFC 8656 §5, in their order. What costs more than a look comes after the nonce, which a false address never gets.
    int Answer(in StunMessage request, in RemoteAddress from, Span<byte> answer)
    {
        if (!request.HasIntegrity) return Challenge(request, from, 401, answer);
        if (!request.TryGet(StunAttribute.Username, out var username) || !request.TryGet(StunAttribute.Realm, out _) || !request.TryGet(StunAttribute.Nonce, out var nonce))
            return Unproved(request, from, TurnAnswers.Unproved(request, 400, answer));
        // By the door, inside its TLS, nothing can be overheard, and the door has seen that its own challenge was answered: it has to ask before it knows which node is meant.
        if (from.Door != DoorWay.Tls && !_nonces.IsFresh(nonce, from, _now)) return Challenge(request, from, 438, answer);

        var known = _allocations.Of(from);
        var isOwn = known is not null && username.SequenceEqual(known.Username);
        Span<byte> key = stackalloc byte[TurnKeys.Length];
        var (owner, ends) = (default(IceIdentity), 0L);
        if (isOwn) known!.Key.CopyTo(key);
        else if (!_keys.TryDerive(username, _now, key, out owner, out ends)) return Challenge(request, from, 401, answer);
        if (!request.VerifyIntegrity(key)) return Challenge(request, from, 401, answer);

        Span<ushort> unknown = stackalloc ushort[8];
        if (request.UnknownRequired(Understood, unknown) is > 0 and var count) return Refuse(request, 420, key, answer, unknown[..count]);
        if (request.Method == StunMethod.Allocate)
        {
            if (known is null) return Allocate(request, from, new TurnOwner(owner, ends, username), key, answer);
            return isOwn && known.IsMadeBy(request.TransactionId) ? TurnAnswers.Allocated(request, known, answer) : Refuse(request, 437, key, answer);
        }
        if (known is null) return Refuse(request, 437, key, answer);
        if (!isOwn) return Refuse(request, 441, key, answer);
        return request.Method switch
        {
            StunMethod.Refresh => Refresh(request, from, known, answer),
            StunMethod.CreatePermission => Permit(request, known, answer),
            _ => Bind(request, known, answer),
        };
    }

    int Allocate(in StunMessage request, in RemoteAddress from, in TurnOwner owner, ReadOnlySpan<byte> key, Span<byte> answer)
    {
        if (!request.TryGet(StunAttribute.RequestedTransport, out var transport) || transport.Length != 4) return Refuse(request, 400, key, answer);
        if (transport[0] != Udp) return Refuse(request, 442, key, answer);
        var hasFamily = request.TryGet(StunAttribute.RequestedAddressFamily, out var family);
        var hasEven = request.TryGet(StunAttribute.EvenPort, out var even);
        if (hasFamily && family.Length != 4 || hasEven && even.Length != 1) return Refuse(request, 400, key, answer);
        // Nothing is ever reserved: a next port for RTCP has no use where it goes with RTP.
        if (request.TryGet(StunAttribute.ReservationToken, out _)) return Refuse(request, hasEven || hasFamily ? 400 : 508, key, answer);
        if (hasEven && (even[0] & 0x80) != 0) return Refuse(request, 508, key, answer);
        if (hasFamily && family[0] is not (1 or 2)) return Refuse(request, 440, key, answer);
        var local = _peers.OfFamily(isIPv4: !hasFamily || family[0] == 1, from.Local);
        if (local < 0) return Refuse(request, 440, key, answer);

        var (ofCredential, ofParticipant) = _allocations.Held(owner.Identity);
        if (ofCredential >= _limits.OfOneCredential || ofParticipant >= _limits.OfOneParticipant) return Refuse(request, 486, key, answer);
        if (_allocations.Count >= _limits.InAll) return Refuse(request, 508, key, answer);
        var relayed = _peers[local] with { Port = _allocations.FreePort(hasEven), IsTcp = from.IsTcp, IsRelayed = true };
        var made = new Allocation(from, relayed, owner, key, request.TransactionId, _peers.Count, _limits.BitsPerSecond) { ExpiresAt = _now + Allocation.Life };
        _allocations.Add(made);
        Counters.Made++;
        Counters.Allocations = _allocations.Count;
        return TurnAnswers.Allocated(request, made, answer);
    }

    int Refresh(in StunMessage request, in RemoteAddress from, Allocation known, Span<byte> answer)
    {
        if (request.TryGet(StunAttribute.RequestedAddressFamily, out var family) && (family.Length != 4 || family[0] == 1 != known.IsIPv4)) return Refuse(request, 443, known.Key, answer);
        if (request.TryGet(StunAttribute.Lifetime, out var lifetime))
        {
            if (lifetime.Length != 4) return Refuse(request, 400, known.Key, answer);
            if (lifetime.IndexOfAnyExcept((byte)0) < 0)
            {
                End(known);
                return TurnAnswers.Refreshed(request, 0, known.Key, answer);
            }
        }
        // The credential is for beginning. What outlives it is a call that goes on, and nothing else.
        if (known.CredentialEnds <= _now && !IsUsed(known)) return Challenge(request, from, 401, answer);
        known.ExpiresAt = _now + Allocation.Life;
        return TurnAnswers.Refreshed(request, (uint)(Allocation.Life / 1_000_000), known.Key, answer);
    }

    bool IsUsed(Allocation known)
    {
        for (var local = 0; local < _peers.Count; local++)
            if (IsInUse(known.Path(local)))
                return true;
        return false;
    }

    int Permit(in StunMessage request, Allocation known, Span<byte> answer)
    {
        // All or none (RFC 8656 §10.2), so they are judged before any counts.
        Span<bool> permitted = stackalloc bool[_peers.Count];
        var any = false;
        var attributes = request.Attributes();
        while (attributes.Next(out var type, out var value))
        {
            if (type != StunAttribute.XorPeerAddress) continue;
            any = true;
            if (_peers.Judge(request, value, known.IsIPv4, out var local, out _) is not 0 and var code) return RefusePeer(request, code, known.Key, answer);
            permitted[local] = true;
        }
        if (!any) return Refuse(request, 400, known.Key, answer);
        for (var local = 0; local < permitted.Length; local++)
            if (permitted[local])
                known.Permit(local, _now);
        return TurnAnswers.Done(request, known.Key, answer);
    }

    int Bind(in StunMessage request, Allocation known, Span<byte> answer)
    {
        if (!request.TryGet(StunAttribute.ChannelNumber, out var number) || number.Length != 4 || !request.TryGet(StunAttribute.XorPeerAddress, out var peer))
            return Refuse(request, 400, known.Key, answer);
        var channel = (ushort)(number[0] << 8 | number[1]);
        if (channel is < Channels.First or > Channels.Last) return Refuse(request, 400, known.Key, answer);
        var code = _peers.Judge(request, peer, known.IsIPv4, out var local, out var port);
        if (code == 0 && port != _peers[local].Port) code = 403;
        if (code != 0) return RefusePeer(request, code, known.Key, answer);
        return known.TryBind(channel, local, _now) ? TurnAnswers.Done(request, known.Key, answer) : Refuse(request, 400, known.Key, answer);
    }

    int RefusePeer(in StunMessage request, int code, ReadOnlySpan<byte> key, Span<byte> answer)
    {
        Counters.Forbidden++;
        return Refuse(request, code, key, answer);
    }

    int Refuse(in StunMessage request, int code, ReadOnlySpan<byte> key, Span<byte> answer, ReadOnlySpan<ushort> unknown = default)
    {
        Counters.Refused++;
        return TurnAnswers.Refusal(request, code, key, answer, unknown);
    }

    int Challenge(in StunMessage request, in RemoteAddress from, int code, Span<byte> answer)
    {
        Span<byte> nonce = stackalloc byte[TurnNonces.Length];
        _nonces.Write(from, _now, nonce);
        return Unproved(request, from, TurnAnswers.Challenge(request, code, nonce, answer));
    }

    // Who connected by TCP is where they say they are.
    int Unproved(in StunMessage request, in RemoteAddress from, int length)
    {
        if (!from.IsTcp && (length > TurnAnswers.MostAmplified * request.Length || !_unproved.TryTake(from, _now)))
        {
            Counters.Unanswered++;
            return 0;
        }
        Counters.Challenged++;
        return length;
    }
}

using System.Threading.Channels;
using FirstRing.Contracts;
using FirstRing.Media.Rtc;
using FirstRing.Media.Rtc.Dtls;
using FirstRing.Media.Rtc.Ice;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Stun;
using FirstRing.Media.Rtc.Turn;
using FirstRing.Media.Router.Recording;
using FirstRing.Media.Router.Rooms;

namespace FirstRing.Media.Router.Workers;

/// <summary>
/// Everything behind one UDP port and the TCP port beside it, owned by one thread: datagrams and time in, datagrams out through the batch. Commands come from other threads
/// through a bounded inbox. Holds no socket and no clock; all times are microseconds of one monotonic clock.
/// </summary>
internal sealed class Worker(IceCredentials credentials, IDtlsServer dtls, SendBatch outgoing, int mostPeers = 2000, TurnServer? relay = null, RecordingDisk? disk = null)
{
    // Retransmission requests wait for the next tick: 5 ms is half the reordering they wait out anyway.
    const long TickInterval = 5_000;
    const long PacingInterval = 1_000;
    const long IdleInterval = 1_000_000;
    const long BalanceInterval = 250_000;

    readonly Channel<WorkerCommand> _inbox = Channel.CreateBounded<WorkerCommand>(
        new BoundedChannelOptions(8192) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    readonly Connections _connections = new();
    readonly Calls _calls = new();
    long _balanceAt;
    bool _holdsRecordings;

    /// <summary>Called after something was posted, from the posting thread.</summary>
    internal Action Wake { get; set; } = static () => { };

    /// <summary>Told when a connection comes up, drops or ends; on the worker's thread.</summary>
    internal Action<PeerNews> News { get; set; } = static _ => { };

    internal WorkerCounters Counters { get; } = new();

    /// <summary>Recordings rest, since nobody could tell the node to stop them.</summary>
    internal bool HoldsRecordings => Volatile.Read(ref _holdsRecordings);

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
        Counters.Datagrams++;
        var kind = Demux.Classify(datagram);
        if (kind == DatagramKind.Stun) OnStun(datagram, from, now);
        else if (kind == DatagramKind.Channel && MayRelay(from))
        {
            if (relay!.TakeChannel(datagram, from, now, out var inner, out var path)) OnDatagram(inner, path, now);
        }
        else if (kind is DatagramKind.Unknown or DatagramKind.Channel) Counters.Malformed++;
        else if (_connections.At(from) is not { } connection) Counters.UnknownSources++;
        else if (connection.Peer.HandleDatagram(kind, datagram, from, now, outgoing, out var media))
        {
            if (media.Source.Kind == MediaKind.Screen) connection.Participant.Room.ReconsiderSharer(connection.Participant, now);
            Counters.MediaIn++;
            connection.Participant.Room.Recording?.Take(connection, media, now); // sending it on rewrites it
            Counters.Forwarded += connection.Forward(media, now, outgoing);
        }
    }

    /// <summary>Somebody has proved to own this address, as a peer or as a client of the relay.</summary>
    internal bool Knows(in RemoteAddress address) => IsTaken(address) || relay?.Owns(address) == true;

    /// <summary>A peer has proved to own this address.</summary>
    internal bool IsTaken(in RemoteAddress address) => _connections.At(address) is not null;

    /// <summary>A TCP connection has ended. Its peer goes on by another path, or waits for one as long as it would for a check.</summary>
    internal void OnPathGone(in RemoteAddress path, long now)
    {
        relay?.ClientGone(path);
        if (_connections.At(path) is not { } connection) return;
        _connections.Release(path);
        connection.Peer.PathGone(path, now);
        Note(connection, now);
    }

    /// <summary>Carries out what was posted and what is due, and returns when it wants to be called next.</summary>
    internal long OnTick(long now)
    {
        while (_inbox.Reader.TryRead(out var command)) command.Complete(CarryOut(command, now));
        var isPacing = false;
        // Backwards, because a connection that ends is replaced by the last one.
        for (var i = _connections.Count - 1; i >= 0; i--)
        {
            var connection = _connections[i];
            if (connection.Peer.NextDeadline > now) continue;
            connection.Peer.HandleTimeout(now, outgoing);
            isPacing |= connection.Peer.Downlink.IsPacing;
            Note(connection, now);
        }
        if (_balanceAt <= now)
        {
            _balanceAt = now + BalanceInterval;
            foreach (var room in _calls.Rooms)
            {
                room.Balance(now);
                room.Recording?.Flush(now);
            }
            _calls.Sweep(now);
        }
        relay?.Advance(now);
        (Counters.Peers, Counters.Calls) = (_connections.Count, _calls.Count);
        return now + (isPacing ? PacingInterval : _connections.Count > 0 ? TickInterval : IdleInterval);
    }

    // What came through the relay may not ask for a relay.
    bool MayRelay(in RemoteAddress from) => relay is not null && !from.IsRelayed;

    void OnStun(Span<byte> datagram, in RemoteAddress from, long now)
    {
        var isStun = StunMessage.TryRead(datagram, out var message);
        if (isStun && message.Method != StunMethod.Binding && MayRelay(from))
        {
            if (relay!.TakeMessage(datagram, from, now, outgoing, out var inner, out var path)) OnDatagram(inner, path, now);
            return;
        }
        if (!isStun || !message.VerifyFingerprint())
        {
            Counters.Malformed++;
            return;
        }
        // Indications are keep-alives, and we never ask: nothing but a request wants an answer.
        if (message.Class != StunClass.Request || message.Method != StunMethod.Binding) return;
        var connection = _connections.At(from);
        if (connection is null || !connection.Peer.Ice.IsFor(message.Username)) connection = FindOrBegin(message, now);
        if (connection is null)
        {
            Counters.RefusedChecks++;
            var length = StunAnswers.Unauthorized(message, outgoing.Rent());
            if (length > 0) outgoing.Commit(length, from);
            return;
        }
        var outcome = connection.Peer.HandleStun(message, from, now, outgoing);
        if (!outcome.Authenticated) Counters.RefusedChecks++;
        if (outcome.NewAddress) _connections.Claim(connection, from, outcome.Evicted);
        Note(connection, now);
    }

    // A check from an unknown address. Nothing is made or remembered before fragment and integrity have proved that it answers an offer of ours.
    Connection? FindOrBegin(in StunMessage request, long now)
    {
        var colon = request.Username.IndexOf((byte)':');
        if (colon < 0) return null;
        var ufrag = request.Username[..colon];
        if (!credentials.TryOpen(ufrag, out var identity, out var expiresAt)) return null;
        if (_connections.Of(identity) is { } known) return known;

        Span<byte> password = stackalloc byte[IceCredentials.PasswordLength];
        credentials.WritePassword(ufrag, password);
        if (expiresAt <= now || !request.VerifyIntegrity(password)) return null;
        var call = new CallId(identity.Call);
        if (_connections.Count >= mostPeers || _calls.HasEnded(call)) return null;
        var participant = _calls.Take(call)?.Take(new ParticipantId(identity.Participant));
        if (participant is null || participant.IsStale(identity.Generation) || identity.Generation < participant.Next?.Identity.Generation) return null;
        return Begin(identity, participant, ufrag, password, now);
    }

    Connection Begin(in IceIdentity identity, Participant participant, ReadOnlySpan<byte> ufrag, ReadOnlySpan<byte> password, long now)
    {
        var sink = new DtlsEvents(this);
        var connection = new Connection(identity, participant, new Peer(ufrag, password, dtls, sink));
        sink.Connection = connection;
        if (participant.Next is { } older) End(older, now);
        participant.Next = connection;
        _connections.Add(connection);
        if (participant.AnswerFor(identity.Generation) is { } answer) connection.Peer.ApplyAnswer(answer, now);
        if (participant.IsAdmitted) connection.Peer.Admit();
        return connection;
    }

    CommandOutcome CarryOut(WorkerCommand command, long now)
    {
        switch (command)
        {
            case DtlsDatagram send:
                if (!send.Connection.Peer.IsOver) send.Connection.Peer.SendDtls(send.Bytes, outgoing);
                return CommandOutcome.Done;
            case DtlsFinished finished:
                finished.Connection.Peer.DtlsConnected(finished.Keys, now);
                Note(finished.Connection, now);
                return CommandOutcome.Done;
            case DtlsEnded ended:
                if (ended.HasFailed) ended.Connection.Peer.DtlsFailed();
                else ended.Connection.Peer.DtlsClosed();
                Note(ended.Connection, now);
                return CommandOutcome.Done;
            case ApplyAnswer answer:
                return Apply(answer, now);
            case AdmitParticipant admit:
                return Admit(admit, now);
            case RemoveParticipant remove:
                if (_calls.Find(remove.Call) is { } room && room.Find(remove.Participant) is { } participant) Remove(participant, now);
                return CommandOutcome.Done;
            case CloseCall close:
                if (_calls.Find(close.Call) is { } closing)
                    foreach (var one in closing.Participants)
                        Remove(one, now);
                EndRecording(close.Call, now);
                _calls.End(close.Call);
                return CommandOutcome.Done;
            case RecordCall record:
                return Record(record, now);
            case HoldRecordings hold:
                HoldRecordings(hold.Holds, now);
                return CommandOutcome.Done;
            case TakeSnapshot snapshot:
                if (_calls.Find(snapshot.Call) is not { } seen) return CommandOutcome.NoSuchCall;
                snapshot.Peers = Snapshot.Of(seen);
                return CommandOutcome.Done;
            default:
                return CommandOutcome.Done;
        }
    }

    CommandOutcome Apply(ApplyAnswer command, long now)
    {
        if (_calls.Take(command.Call)?.Take(command.Participant) is not { } participant) return CommandOutcome.Full;
        if (participant.IsStale(command.Generation)) return CommandOutcome.GenerationStale;
        participant.Keep(command.Generation, command.Answer);
        if (participant.Of(command.Generation) is { } connection)
        {
            connection.Peer.ApplyAnswer(command.Answer, now);
            Note(connection, now);
        }
        return CommandOutcome.Done;
    }

    CommandOutcome Admit(AdmitParticipant command, long now)
    {
        if (_calls.Take(command.Call) is not { } room || room.Take(command.Participant) is not { } participant) return CommandOutcome.Full;
        if (!room.TrySeat(participant, command.Seat)) return CommandOutcome.SeatTaken;
        participant.Current?.Peer.Admit();
        participant.Next?.Peer.Admit();
        room.Wire(now);
        return CommandOutcome.Done;
    }

    CommandOutcome Record(RecordCall command, long now)
    {
        if (disk is null) return CommandOutcome.CannotRecord;
        if (_calls.Take(command.Call) is not { } room) return CommandOutcome.Full;
        if (!room.TakeTurn(command.Recording, command.Turn)) return CommandOutcome.RecordingStale;
        if (room.Recording?.Id != command.Recording)
        {
            if (command.Order != RecordingOrder.Run) return CommandOutcome.Done;
            room.Recording?.End(now);
            room.Recording = new CallRecording(command.Recording, command.Key, disk, command.ClockOffset);
        }
        room.Recording.Hold(_holdsRecordings, room, now);
        room.Recording.Order(command.Order, room, now);
        return CommandOutcome.Done;
    }

    void HoldRecordings(bool holds, long now)
    {
        Volatile.Write(ref _holdsRecordings, holds);
        foreach (var room in _calls.Rooms) room.Recording?.Hold(holds, room, now);
    }

    void EndRecording(CallId call, long now)
    {
        if (_calls.Find(call) is not { Recording: { } recording } room) return;
        recording.End(now);
        room.Recording = null;
    }

    /// <summary>Ends every recording whole. On the worker's thread, or when there is none any more.</summary>
    internal void EndRecordings(long now)
    {
        foreach (var room in _calls.Rooms) EndRecording(room.Call, now);
    }

    void Remove(Participant participant, long now)
    {
        if (participant.Next is { } next) End(next, now);
        if (participant.Current is { } current) End(current, now);
        participant.Dismiss();
        participant.Room.Unseat(participant);
        participant.Room.Wire(now);
    }

    void End(Connection connection, long now)
    {
        connection.Peer.Close();
        Note(connection, now);
    }

    // Acts on a change of state: a newer connection takes over once it is connected, and one that is over is forgotten.
    void Note(Connection connection, long now)
    {
        var state = connection.Peer.State;
        if (state == connection.Noted) return;
        connection.Noted = state;
        var participant = connection.Participant;
        if (state == PeerState.Connected && participant.Next == connection)
        {
            var before = participant.Current;
            (participant.Current, participant.Next) = (connection, null);
            participant.Room.Wire(now);
            if (before is not null) End(before, now);
        }
        else if (connection.Peer.IsOver) Forget(connection, now);
        if (state is PeerState.Connected or PeerState.Disconnected or PeerState.Failed or PeerState.Closed)
            News(new PeerNews(participant.Room.Call, participant.Id, connection.Identity.Generation, Snapshot.NameOf(state)));
    }

    void Forget(Connection connection, long now)
    {
        var participant = connection.Participant;
        participant.Room.Recording?.End(connection, now);
        participant.EndedGeneration = int.Max(participant.EndedGeneration, connection.Identity.Generation);
        if (participant.Current == connection) participant.Current = null;
        if (participant.Next == connection) participant.Next = null;
        _connections.Remove(connection);
        participant.Room.Wire(now);
    }
}

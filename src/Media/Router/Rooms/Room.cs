using FirstRing.Contracts;
using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Router.Forwarding;
using FirstRing.Media.Router.Recording;

namespace FirstRing.Media.Router.Rooms;

/// <summary>A call on this worker: who is in it and who sees whom in which slot (docs/signaling.md, "The offer").</summary>
internal sealed class Room(CallId call)
{
    /// <summary>People a call may know of, the waiting ones included.</summary>
    internal const int MostParticipants = 32;

    readonly Participant?[] _seats = new Participant?[MediaLayout.Seats];
    readonly Dictionary<ParticipantId, Participant> _participants = [];
    readonly Dictionary<Guid, int> _turns = [];
    readonly DominantSpeaker _speaker = new();
    Participant? _sharer;
    long _emptySince = -1;

    internal CallId Call => call;

    /// <summary>What is recorded of it; null where nothing is.</summary>
    internal CallRecording? Recording { get; set; }

    /// <summary>False for an order about a recording that a later one has overtaken, also where that came first of all.</summary>
    internal bool TakeTurn(Guid recording, int turn)
    {
        if (_turns.GetValueOrDefault(recording, turn) > turn) return false;
        _turns[recording] = turn;
        return true;
    }

    internal IReadOnlyCollection<Participant> Participants => _participants.Values;

    internal Participant? Find(ParticipantId id) => _participants.GetValueOrDefault(id);

    /// <summary>Finds or makes the participant; null when the room is full.</summary>
    internal Participant? Take(ParticipantId id)
    {
        if (_participants.TryGetValue(id, out var known)) return known;
        if (_participants.Count >= MostParticipants) return null;
        return _participants[id] = new Participant(id, this);
    }

    /// <summary>Seats a participant. False when another sits there or there is no such seat.</summary>
    internal bool TrySeat(Participant participant, int seat)
    {
        if (seat is < 0 or >= MediaLayout.Seats || (_seats[seat] is { } other && other != participant)) return false;
        Unseat(participant);
        _seats[seat] = participant;
        participant.Seat = seat;
        return true;
    }

    internal void Unseat(Participant participant)
    {
        if (participant.Seat >= 0) _seats[participant.Seat] = null;
        participant.Seat = -1;
    }

    /// <summary>Asked again and again: true once nobody has been connected for so long (µs).</summary>
    internal bool IsEmptyFor(long life, long now)
    {
        foreach (var participant in _participants.Values)
        {
            if (participant.Current is null && participant.Next is null) continue;
            _emptySince = -1;
            return false;
        }
        if (_emptySince < 0) _emptySince = now;
        return now - _emptySince >= life;
    }

    /// <summary>
    /// Connects everyone who may be seen with everyone who may see, from nothing: whatever changed, the outcome only depends on how things stand.
    /// A slot whose source stays the same does not notice.
    /// </summary>
    internal void Wire(long now)
    {
        foreach (var participant in _participants.Values)
        {
            participant.Current?.ClearSubscriptions();
            participant.Next?.ClearSubscriptions();
        }
        _sharer = ChooseSharer(now);
        foreach (var participant in _seats)
        {
            if (participant?.Live is not { } subscriber) continue;
            for (var slot = 0; slot < MediaLayout.Slots; slot++)
            {
                var publisher = _seats[MediaLayout.SeatIn(slot, participant.Seat)]?.Live;
                Attach(subscriber, MediaKind.Audio, slot, publisher, now);
                Attach(subscriber, MediaKind.Video, slot, publisher, now);
            }
            Attach(subscriber, MediaKind.Screen, 0, _sharer == participant ? null : _sharer?.Live, now);
        }
    }

    static void Attach(Connection subscriber, MediaKind kind, int slot, Connection? publisher, long now)
    {
        var stream = subscriber.Peer.Downlink[kind, slot];
        stream.SwitchTo(publisher?[kind].Source, now);
        publisher?[kind].Add(subscriber.Peer, stream);
    }

    /// <summary>A shared screen's packet came from someone who is not the sharer: it may have just begun.</summary>
    internal void ReconsiderSharer(Participant participant, long now)
    {
        if (participant != _sharer && ChooseSharer(now) != _sharer) Wire(now);
    }

    // Whoever began last among those who share now. When nobody does, the last one keeps the slot.
    Participant? ChooseSharer(long now)
    {
        Participant? chosen = null;
        var since = long.MinValue;
        foreach (var participant in _seats)
        {
            if (participant?.Live?.Peer.Uplink.Screen.Main is not { } screen || !screen.IsActive(now) || screen.ActiveSince <= since) continue;
            (chosen, since) = (participant, screen.ActiveSince);
        }
        return chosen ?? (_sharer?.Live is null ? null : _sharer);
    }

    /// <summary>Tells each publisher what its subscribers' paths can take.</summary>
    internal void Balance(long now)
    {
        _speaker.Choose(_seats, now);
        foreach (var participant in _seats) participant?.Live?.Peer.Uplink.Video.Measure(now);
        foreach (var participant in _seats) participant?.Live?.Peer.Downlink.Allocate(_speaker.Current?.Live?.Peer.Uplink.Video, now);
        foreach (var publisher in _seats)
        {
            if (publisher?.Live is not { } from) continue;
            var limit = 0L;
            foreach (var subscriber in _seats)
            {
                if (subscriber == publisher || subscriber?.Live is not { } to) continue;
                var share = BandwidthShares.Of(from.Peer, to.Peer, now);
                if (share > 0) limit = limit == 0 ? share : long.Min(limit, share);
            }
            var sizes = from.Peer.Uplink.Video;
            from.Peer.LimitTo(limit > 0 && sizes.IsLayered(now) ? limit + sizes.Taken(now) : limit, now);
        }
    }
}

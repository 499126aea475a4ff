using FirstRing.Media.Rtc.Sdp;
using FirstRing.Media.Rtc.Streams;

namespace FirstRing.Media.Router.Recording;

/// <summary>
/// Where one publisher's stream is taken for a recording: behind decryption and retransmission, before anything of it is rewritten for a subscriber, each packet once. Costs the
/// worker one copy; a sheet is handed over when it is full, or a second after its first packet.
/// </summary>
internal sealed class TrackTap(TrackFile file, RecordingDisk disk, TrackStart start, ReceiveStream source)
{
    /// <summary>How old the beginning of a sheet may be when it is handed over (µs).</summary>
    public const long Patience = 1_000_000;
    const int Extras = TrackRecords.BeginLength + TrackRecords.DroppedLength + TrackRecords.ClockLength;

    /// <summary>What is taken.</summary>
    public ReceiveStream Source => source;

    Sheet? _sheet;
    long _sheetAt, _clockAt;
    long _dropped, _droppedFrom, _droppedUntil;
    long _givenUp = source.Missing?.GivenUp ?? 0;
    bool _hasBegun;

    /// <summary>Keeps a copy, or counts what there was no memory for.</summary>
    public void Take(in MediaPacket packet, long now)
    {
        // Nobody but a subscriber asks for a keyframe after a loss, and the recording may be the only one who lost something.
        if (source.Missing is { } missing && missing.GivenUp != _givenUp)
        {
            _givenUp = missing.GivenUp;
            source.KeyFrames.Ask(now);
        }
        if (!MakeRoom(TrackRecords.LengthOf(packet), now))
        {
            if (_dropped++ == 0) _droppedFrom = now;
            _droppedUntil = now;
            return;
        }
        if (source.Clock is { IsKnown: true } clock && clock.At != _clockAt)
        {
            _clockAt = clock.At;
            _sheet!.Length += TrackRecords.WriteClock(_sheet.Rest, clock);
        }
        _sheet!.Length += TrackRecords.WritePacket(_sheet.Rest, packet, now);
        Flush(now);
    }

    /// <summary>Hands over what has waited long enough.</summary>
    public void Flush(long now)
    {
        if (_sheet is not null && now - _sheetAt >= Patience) HandOver(last: false);
    }

    /// <summary>Nothing more until further notice, on purpose. What there is leaves now.</summary>
    public void Pause(long now)
    {
        if (!_hasBegun) return;
        if (MakeRoom(TrackRecords.PausedLength, now)) _sheet!.Length += TrackRecords.WritePaused(_sheet.Rest, now);
        HandOver(last: false);
    }

    /// <summary>Pictures begin again with one that needs no other.</summary>
    public void Resume(long now)
    {
        if (start.Kind != MediaKind.Audio) source.KeyFrames.Ask(now);
    }

    /// <summary>The track is whole.</summary>
    public void End(long now)
    {
        if (_dropped > 0) MakeRoom(0, now);
        if (_hasBegun) HandOver(last: true);
    }

    bool MakeRoom(int length, long now)
    {
        if (_sheet is not null && _sheet.Rest.Length < length + Extras) HandOver(last: false);
        if (_sheet is null)
        {
            if ((_sheet = disk.TryRent()) is null) return false;
            _sheetAt = now;
            if (!_hasBegun) _sheet.Length += TrackRecords.WriteBegin(_sheet.Rest, start);
            _hasBegun = true;
        }
        if (_dropped == 0) return true;
        _sheet.Length += TrackRecords.WriteDropped(_sheet.Rest, _droppedFrom, _droppedUntil, _dropped);
        _dropped = 0;
        if (start.Kind != MediaKind.Audio) source.KeyFrames.Ask(now);
        return true;
    }

    void HandOver(bool last)
    {
        if (_sheet is null && !last) return;
        disk.Write(file, _sheet, last);
        _sheet = null;
    }
}

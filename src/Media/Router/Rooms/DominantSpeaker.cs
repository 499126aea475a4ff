namespace FirstRing.Media.Router.Rooms;

/// <summary>Who speaks in a call. Whoever does stays it through pauses and short interruptions, until another has clearly spoken more at two looks in a row.</summary>
internal sealed class DominantSpeaker
{
    const double Least = 3, Lead = 1.5;

    Participant? _next;

    /// <summary>Who it is now; null before anyone spoke.</summary>
    internal Participant? Current { get; private set; }

    /// <summary>Looks at everyone's loudness; four times a second.</summary>
    internal void Choose(ReadOnlySpan<Participant?> seats, long now)
    {
        Participant? loudest = null;
        var (best, own) = (Least, 0.0);
        foreach (var participant in seats)
        {
            if (participant?.Live?.Peer.Uplink.Audio.Main.Loudness is not { } loudness) continue;
            loudness.Measure(now);
            if (participant == Current) own = loudness.Score;
            if (loudness.Score > best) (loudest, best) = (participant, loudness.Score);
        }
        if (Current?.Live is null) Current = null;
        if (loudest is null || loudest == Current || (Current is not null && best < own * Lead)) _next = null;
        else if (Current is null || loudest == _next) (Current, _next) = (loudest, null);
        else _next = loudest;
    }
}

namespace FirstRing.Media.Rtc.Streams;

/// <summary>How much someone speaks, from the audio levels of their packets (RFC 6464): silence, and the pauses of a sender that sends none, count as nothing.</summary>
public sealed class Loudness
{
    // Quieter than this is a room, not a voice (−dBov); 20 ms packets.
    const int Room = 45;
    const double PacketInterval = 20_000;
    const double Settles = 0.5; // of what is new counts at each look

    long _sum, _since = -1;

    /// <summary>0 where nobody speaks, some 10 to 40 for a voice.</summary>
    public double Score { get; private set; }

    internal void Add(int minusDbov) => _sum += int.Max(0, Room - minusDbov);

    /// <summary>Looks at what came since the last time; four times a second.</summary>
    public void Measure(long now)
    {
        if (_since >= 0 && now > _since) Score += Settles * (_sum / ((now - _since) / PacketInterval) - Score);
        (_sum, _since) = (0, now);
    }
}

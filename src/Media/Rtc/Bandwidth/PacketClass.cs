namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What a packet is to the pacer, in the order in which they leave.</summary>
public enum PacketClass : byte
{
    /// <summary>Sound: leaves at once.</summary>
    Audio,
    /// <summary>What was lost: a picture waits for it.</summary>
    Retransmission,
    /// <summary>Pictures.</summary>
    Video,
    /// <summary>Nothing but length, to fill up a probe.</summary>
    Padding,
}

namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>What became of a packet, as the receiver tells.</summary>
/// <param name="Number">Its transport-wide number, unwrapped.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Cluster">The probe it was part of, 0 for none.</param>
/// <param name="SentAt">When it left (µs, our clock).</param>
/// <param name="ArrivedAt">When it arrived (µs, the receiver's clock, unwrapped); 0 when it did not.</param>
/// <param name="Arrived">It arrived.</param>
/// <param name="WasLost">It arrived after it had been reported lost.</param>
/// <param name="Untold">Bytes sent just before it of which no report told anything: the reports were lost.</param>
public readonly record struct PacketResult(long Number, int Bytes, byte Cluster, long SentAt, long ArrivedAt, bool Arrived, bool WasLost, int Untold);

namespace FirstRing.Media.Rtc.Rtcp;

/// <summary>When a packet with a transport-wide sequence number arrived.</summary>
/// <param name="Sequence">The transport-wide sequence number.</param>
/// <param name="Microseconds">Arrival, of any epoch that stays the same.</param>
public readonly record struct TransportArrival(ushort Sequence, long Microseconds);

/// <summary>What a report says about one packet.</summary>
/// <param name="Sequence">The transport-wide sequence number.</param>
/// <param name="Received">False: it had not arrived when the report was written.</param>
/// <param name="Microseconds">Arrival in multiples of 250; only differences count, and the circle closes after 12 days. 0 when not received.</param>
public readonly record struct TransportStatus(ushort Sequence, bool Received, long Microseconds);

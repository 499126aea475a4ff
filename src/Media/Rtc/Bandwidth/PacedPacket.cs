namespace FirstRing.Media.Rtc.Bandwidth;

/// <summary>A packet whose turn it is.</summary>
/// <param name="Class">What it is. Padding has no item.</param>
/// <param name="Item">What was queued.</param>
/// <param name="Bytes">Its size; for padding the size it should have.</param>
/// <param name="Cluster">The probe it is part of, 0 for none.</param>
public readonly record struct PacedPacket<T>(PacketClass Class, T Item, int Bytes, byte Cluster);

namespace FirstRing.Media.Rtc;

/// <summary>Outgoing datagrams, written in place: rent a slot, fill it, commit it. Whoever owns the socket decides when they leave.</summary>
public abstract class SendBatch
{
    /// <summary>Bytes of a slot.</summary>
    public const int SlotBytes = 2048;

    /// <summary>The next free slot; the same one again until it is committed. Never fails: a full batch leaves first.</summary>
    public abstract Span<byte> Rent();

    /// <summary>Sends the first <paramref name="length"/> bytes of the slot that was rented last.</summary>
    public abstract void Commit(int length, in RemoteAddress to);

    /// <summary>False while so much waits for a path that pictures would only be late; a path over UDP always takes them.</summary>
    public virtual bool TakesPictures(in RemoteAddress to) => true;
}

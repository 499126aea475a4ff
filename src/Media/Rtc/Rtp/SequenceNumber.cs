namespace FirstRing.Media.Rtc.Rtp;

/// <summary>A 16-bit number that wraps. Order is by the shorter way round, so it only means something within half the circle.</summary>
public readonly record struct SequenceNumber(ushort Value)
{
    /// <summary>Steps from <paramref name="earlier"/> to this, −32768…32767.</summary>
    public short DistanceFrom(SequenceNumber earlier) => (short)(Value - earlier.Value);

    /// <summary>This comes after <paramref name="other"/>.</summary>
    public bool IsNewerThan(SequenceNumber other) => DistanceFrom(other) > 0;

    /// <summary>The next number.</summary>
    public SequenceNumber Next => new((ushort)(Value + 1));

    /// <summary>Moves by any number of steps, either way.</summary>
    public SequenceNumber Plus(int steps) => new((ushort)(Value + steps));
}

namespace FirstRing.Simulate.Network;

/// <summary>How packets get lost: two states after Gilbert and Elliott, each with its own share. With one state only it is Bernoulli's.</summary>
/// <param name="InGood">Probability of loss in the good state.</param>
/// <param name="InBad">Probability of loss in the bad state.</param>
/// <param name="ToBad">Probability to fall into the bad state, per packet.</param>
/// <param name="ToGood">Probability to come out of it, per packet.</param>
public readonly record struct Loss(double InGood, double InBad, double ToBad, double ToGood)
{
    /// <summary>Each packet for itself.</summary>
    public static Loss Even(double share) => new(share, share, 0, 1);

    /// <summary>In bursts of a mean length, everything in them lost, so that a share is lost in all.</summary>
    public static Loss Bursts(double share, double meanLength) => new(0, 1, share / ((1 - share) * meanLength), 1 / meanLength);
}

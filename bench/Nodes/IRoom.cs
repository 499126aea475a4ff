namespace FirstRing.Bench.Nodes;

/// <summary>A visit of two, in pages or played by the load client.</summary>
internal interface IRoom
{
    /// <summary>What the worse off of both heard since a moment (ms since 1970).</summary>
    Task<Heard> Since(double at, double now);
}

/// <summary>
/// <paramref name="GapMs"/>: the longest silence. <paramref name="BackMs"/>: its end, from the moment asked about on; 0 where there was none.
/// <paramref name="IsBack"/>: both hear now.
/// </summary>
internal sealed record Heard(double GapMs, double BackMs, bool IsBack);

namespace FirstRing.Tests.Journeys.Harness;

/// <summary>Measured numbers, for tests/run to show. Never asserted: the machine is shared.</summary>
internal static class Figure
{
    // The runner's colour codes end after a line's break, so a line of ours starts with one of its own.
    public static void Print(string text) => Console.Write($"\nfigure: {text}\n");
}

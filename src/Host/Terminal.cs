#pragma warning disable RS0030 // Console: the one place where the command line reads and writes
namespace FirstRing.Host;

/// <summary>What a person at the command line reads, and the input that a supervisor holds. What a server has to say goes to its log.</summary>
internal static class Terminal
{
    /// <summary>Whether the log goes to somebody who looks at it, and not into a file or a collector.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected;

    public static Task Say(string line) => Console.Out.WriteLineAsync(line);

    /// <summary>For what a program reads that we are piped into.</summary>
    public static Stream Output() => Console.OpenStandardOutput();

    public static Task Complain(string line) => Console.Error.WriteLineAsync(line);

    /// <summary>Blocks until nobody holds the other end of the standard input any more.</summary>
    public static void WaitForEndOfInput()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0) { }
    }
}

namespace FirstRing.Tests.Journeys.Canary;

/// <summary>Memory of a process that was written down: what the kernel or the runtime leaves when one crashes.</summary>
internal static class Dumps
{
    /// <summary>Cores and dumps directly in these folders, written <paramref name="since"/> (UTC).</summary>
    public static IReadOnlyList<string> In(DateTime since, params IEnumerable<string> folders) =>
        [.. folders.SelectMany(folder => Directory.EnumerateFiles(folder)).Where(file => Path.GetFileName(file) is var name
            && (name == "core" || name.StartsWith("core.", StringComparison.Ordinal) || name.StartsWith("coredump", StringComparison.Ordinal) || name.EndsWith(".dmp", StringComparison.Ordinal)) && File.GetLastWriteTimeUtc(file) >= since).Distinct()];
}

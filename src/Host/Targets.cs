using System.Globalization;

namespace FirstRing.Host;

/// <summary>What a process runs. The only place where the shape is decided: everything else asks the table or the address book.</summary>
public static class Targets
{
    public const string All = "all", Gateway = "gateway";
    const string Media = "media";

    /// <summary>Every target that a split fleet has one process of.</summary>
    public static IReadOnlyList<string> Split => [.. ModuleTable.Rows.Select(row => row.Name), Gateway];

    /// <summary>The same with so many media nodes: <c>media</c>, <c>media-2</c>, <c>media-3</c> …</summary>
    public static IReadOnlyList<string> Fleet(int mediaNodes) => [.. Split, .. Enumerable.Range(2, mediaNodes - 1).Select(number => string.Create(CultureInfo.InvariantCulture, $"{Media}-{number}"))];

    /// <summary>The service that a target is a node of: its own name, but for media nodes after the first. Others know it by that name's certificate.</summary>
    public static string ServiceOf(string target) => target.StartsWith($"{Media}-", StringComparison.Ordinal) ? Media : target;

    /// <summary>Where each media node is asked; null is this process.</summary>
    internal static IReadOnlyList<Uri?> MediaNodes(ServiceAddresses? split) => split is null ? [null] : split.NodesOf(Media);

    /// <summary>The modules of a target; none for the gateway.</summary>
    /// <exception cref="ArgumentException">No such target.</exception>
    public static IReadOnlyList<ModuleRow> ModulesOf(string target) => target switch
    {
        All => ModuleTable.Rows,
        Gateway => [],
        _ when ModuleTable.Rows.FirstOrDefault(row => row.Name == ServiceOf(target)) is { } row => [row],
        _ => throw new ArgumentException($"There is no target '{target}'. Targets: all, {string.Join(", ", Split)}."),
    };
}

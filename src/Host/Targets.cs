namespace FirstRing.Host;

/// <summary>What a process runs. The only place where the shape is decided: everything else asks the table or the address book.</summary>
public static class Targets
{
    public const string All = "all", Gateway = "gateway";

    /// <summary>Every target that a split fleet has one process of.</summary>
    public static IReadOnlyList<string> Split => [.. ModuleTable.Rows.Select(row => row.Name), Gateway];

    /// <summary>The modules of a target; none for the gateway.</summary>
    /// <exception cref="ArgumentException">No such target.</exception>
    public static IReadOnlyList<ModuleRow> ModulesOf(string target) => target switch
    {
        All => ModuleTable.Rows,
        Gateway => [],
        _ when ModuleTable.Rows.FirstOrDefault(row => row.Name == target) is { } row => [row],
        _ => throw new ArgumentException($"There is no target '{target}'. Targets: all, {string.Join(", ", Split)}."),
    };
}

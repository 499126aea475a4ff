using FirstRing.Contracts;
using FirstRing.Platform.Modules;

namespace FirstRing.Host;

/// <summary>
/// One row of the architecture. <paramref name="Needs"/>: services whose contracts it calls. <paramref name="Consumes"/>: events it takes.
/// <paramref name="Doors"/>: public path prefixes it answers. <paramref name="Parallel"/>: requests at its public door at once (its bulkhead).
/// </summary>
public sealed record ModuleRow(string Name, Func<IModule> Make, bool Store, IReadOnlyList<string> Needs, IReadOnlyList<string> Emits,
    IReadOnlyList<string> Consumes, IReadOnlyList<string> Doors, int Parallel);

/// <summary>THE table. Nothing else lists modules: targets, contract permissions, event routes, gateway routes, ARCHITECTURE.md and the architecture tests come from it.</summary>
public static class ModuleTable
{
    public static readonly IReadOnlyList<ModuleRow> Rows =
    [
    ];

    public static ModuleRow Row(string name) => Rows.Single(row => row.Name == name);

    /// <summary>Services that take events of this type.</summary>
    public static IReadOnlyList<string> ConsumersOf(string type) => [.. Rows.Where(row => row.Consumes.Contains(type)).Select(row => row.Name)];

    /// <summary>Services that may call this one: those that need it, and those whose events it takes.</summary>
    public static IReadOnlySet<string> CallersOf(string name) =>
        Rows.Where(row => row.Needs.Contains(name) || row.Emits.Intersect(Row(name).Consumes).Any()).Select(row => row.Name).ToHashSet();
}

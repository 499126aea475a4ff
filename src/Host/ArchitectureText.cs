using System.Text;

namespace FirstRing.Host;

/// <summary>Prints the module table as ARCHITECTURE.md shows it: the table itself and a Mermaid diagram of who calls whom.</summary>
public static class ArchitectureText
{
    public static string Render()
    {
        var text = new StringBuilder();
        text.Append("| module | store | calls | emits | consumes | public doors |\n|---|---|---|---|---|---|\n");
        foreach (var row in ModuleTable.Rows)
            text.Append($"| {row.Name} | {(row.Store ? "own" : "–")} | {List(row.Needs)} | {List(row.Emits)} | {List(row.Consumes)} | {List(row.Doors)} |\n");
        text.Append("\n```mermaid\nflowchart LR\n  browser([browser]) --> gateway\n");
        foreach (var row in ModuleTable.Rows)
        {
            if (row.Doors.Count > 0) text.Append($"  gateway --> {row.Name}\n");
            foreach (var need in row.Needs) text.Append($"  {row.Name} --> {need}\n");
            foreach (var type in row.Emits)
                foreach (var consumer in ModuleTable.ConsumersOf(type)) text.Append($"  {row.Name} -. {type[(type.IndexOf('.', StringComparison.Ordinal) + 1)..]} .-> {consumer}\n");
        }
        if (ModuleTable.Rows.Any(row => row.Name == "media")) text.Append("  browser <== SRTP ==> media\n");
        return text.Append("```\n").ToString();
    }

    static string List(IReadOnlyList<string> words) => words.Count == 0 ? "–" : string.Join(", ", words.Select(word => word.StartsWith('/') ? $"`{word}`" : word));
}

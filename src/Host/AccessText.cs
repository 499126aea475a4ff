using System.Text;
using FirstRing.Platform.Http;

namespace FirstRing.Host;

/// <summary>Prints the route table as docs/security/access.md shows it: who may use which route.</summary>
public static class AccessText
{
    public static string Render(RouteTable table) => $"{Door(table)}\n{Inside(table)}\n{Fields(table)}\n{Bridges(table)}";

    /// <summary>The routes at the public door.</summary>
    public static string Door(RouteTable table)
    {
        var text = new StringBuilder("| route | who | what is shown | what is looked at beyond |\n|---|---|---|---|\n");
        foreach (var route in table.Door)
            text.Append($"| `{route.Method} {route.Path}` | {Who(route.Access)} | {Shown(route.Access)} | {route.Access.Words} |\n");
        return text.ToString();
    }

    /// <summary>What services ask each other.</summary>
    public static string Inside(RouteTable table)
    {
        var text = new StringBuilder("| verb | services | for whom, and how far | tenant | PHI |\n|---|---|---|---|---|\n");
        foreach (var route in table.Inside)
            text.Append($"| {route.Service}/{route.Verb} | {Callers(route)} | {Grants(route.Access)} | {(route.NamesTenant ? "the caller's" : "–")} | {(route.Phi ? "PHI" : "–")} |\n");
        return text.ToString();
    }

    /// <summary>Which fields that identify or narrate go through which verb, and for whom.</summary>
    public static string Fields(RouteTable table)
    {
        var text = new StringBuilder("| verb | for whom | fields it is given | fields it answers |\n|---|---|---|---|\n");
        foreach (var route in table.Inside.Where(route => route.Phi))
            text.Append($"| {route.Service}/{route.Verb} | {Grants(route.Access)} | {Listed(route.Request)} | {Listed(route.Response)} |\n");
        return text.ToString();
    }

    /// <summary>Where such fields cross from one service into another that is not the pages: ARCHITECTURE.md shows it.</summary>
    public static string Bridges(RouteTable table)
    {
        var text = new StringBuilder("| from | to | by | what crosses |\n|---|---|---|---|\n");
        foreach (var route in table.Inside.Where(route => route.Phi))
            foreach (var caller in route.Callers.Where(caller => caller != "web"))
            {
                if (RouteTable.Identifying(route.Response).Any()) text.Append($"| {route.Service} | {caller} | {route.Service}/{route.Verb} | {Listed(route.Response)} |\n");
                if (RouteTable.Identifying(route.Request).Any()) text.Append($"| {caller} | {route.Service} | {route.Service}/{route.Verb} | {Listed(route.Request)} |\n");
            }
        return text.ToString();
    }

    static string Listed(Type type) => RouteTable.Identifying(type).ToList() is { Count: > 0 } fields ? string.Join(", ", fields) : "–";

    static string Callers(InsideRoute route) => ModuleTable.WithStore.SetEquals(route.Callers) ? Access.EveryService : route.Callers.Count == 0 ? "–" : string.Join(", ", route.Callers);

    static string Who(DoorAccess access) => access.Roles.Count > 0 ? string.Join(", ", access.Roles) : access.Proof == DoorProof.None ? "anyone" : "its holder";

    static string Shown(DoorAccess access) => access.Proof switch
    {
        DoorProof.None => "–",
        DoorProof.Secret => "a secret in the request",
        DoorProof.Pass => "a visit pass",
        DoorProof.Login => "a whole login",
        DoorProof.BegunLogin => "a login, whole or without a factor yet",
        _ => "what the target asks for",
    };

    static string Grants(Access access) => string.Join("; ", access.Grants.GroupBy(grant => grant.Value, grant => grant.Key).OrderBy(group => group.Key).Select(group => group.Key switch
    {
        Reach.Platform => "itself, in any tenant",
        Reach.Secret => $"whoever shows its secret ({string.Join(", ", group)})",
        Reach.Tenant => $"{string.Join(", ", group)}: of their tenant",
        _ => $"{string.Join(", ", group)}: of their own",
    }));
}

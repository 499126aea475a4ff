using FirstRing.Audit;
using FirstRing.Contracts;
using FirstRing.Identity;
using FirstRing.Insights;
using FirstRing.Intake;
using FirstRing.Keys;
using FirstRing.Media.Router;
using FirstRing.Messaging;
using FirstRing.Notifications;
using FirstRing.Platform.Modules;
using FirstRing.Records;
using FirstRing.Scheduling;
using FirstRing.Signaling;
using FirstRing.Web;
using FirstRing.Witness;

namespace FirstRing.Host;

/// <summary>
/// One row of the architecture. <paramref name="Needs"/>: services whose contracts it calls. <paramref name="Consumes"/>: events it takes.
/// <paramref name="Doors"/>: public path prefixes it answers. <paramref name="Parallel"/>: requests at its public door at once (its bulkhead).
/// </summary>
public sealed record ModuleRow(string Name, Func<IModule> Make, bool Store, IReadOnlyList<string> Needs, IReadOnlyList<string> Emits,
    IReadOnlyList<string> Consumes, IReadOnlyList<string> Doors, int Parallel)
{
    /// <summary>Public paths that take a file: a larger body, and more time for it.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The public door hands it what does not speak HTTP, on its own terms.</summary>
    public bool TakesStreams { get; init; }
}

/// <summary>THE table. Nothing else lists modules: targets, contract permissions, event routes, gateway routes, ARCHITECTURE.md and the architecture tests come from it.</summary>
public static class ModuleTable
{
    public static readonly IReadOnlyList<ModuleRow> Rows =
    [
        new("identity", () => new IdentityModule(), Store: true,
            Needs: ["records", "scheduling"], Emits: [EventTypes.AgreementExpires, EventTypes.GlassBroken, EventTypes.LoginEnded, EventTypes.SignInChanged], Consumes: [EventTypes.VisitMadeConfidential], Doors: ["/oauth", "/.well-known", "/fhir/R4/.well-known"], Parallel: 64),
        // Identity says whether somebody may act for a patient.
        new("scheduling", () => new SchedulingModule(), Store: true,
            Needs: ["identity"], Emits: [EventTypes.VisitBooked, EventTypes.VisitEnded, EventTypes.VisitMadeConfidential], Consumes: [EventTypes.CallStarted, EventTypes.CallEnded], Doors: [], Parallel: 64),
        // Scheduling says whose patient it is, identity whether a record is open to somebody in an emergency.
        new("records", () => new RecordsModule(), Store: true,
            Needs: ["identity", "scheduling"], Emits: [], Consumes: [], Doors: [], Parallel: 64),
        new("intake", () => new IntakeModule(), Store: true,
            Needs: ["scheduling", "identity"], Emits: [], Consumes: [], Doors: [], Parallel: 64),
        new("messaging", () => new MessagingModule(), Store: true,
            Needs: ["signaling"], Emits: [EventTypes.MessagePosted], Consumes: [EventTypes.LoginEnded], Doors: ["/messages"], Parallel: 128) { Files = ["/messages/files"] },
        new("notifications", () => new NotificationsModule(), Store: true,
            Needs: ["identity", "scheduling", "records"], Emits: [], Consumes: [EventTypes.AgreementExpires, EventTypes.GlassBroken, EventTypes.VisitBooked, EventTypes.SignInChanged], Doors: [], Parallel: 64),
        // Its requests stay open for the length of a visit.
        new("signaling", () => new SignalingModule(), Store: true,
            Needs: ["media"], Emits: [EventTypes.CallStarted, EventTypes.CallEnded], Consumes: [EventTypes.VisitEnded, EventTypes.MessagePosted, EventTypes.LoginEnded], Doors: ["/signal"], Parallel: 20_000),
        // Its doors are its own ports and the part of the public one that does not speak HTTP.
        new("media", () => new RouterModule(), Store: false,
            Needs: ["signaling"], Emits: [], Consumes: [], Doors: [], Parallel: 1) { TakesStreams = true },
        // It also asks every service with a store to look after its own wrapped keys (StoreDuties).
        new("keys", () => new KeysModule(), Store: true,
            Needs: [], Emits: [], Consumes: [], Doors: [], Parallel: 16),
        new("insights", () => new InsightsModule(), Store: true,
            Needs: [], Emits: [], Consumes: [EventTypes.LoginEnded], Doors: ["/insights"], Parallel: 64),
        new("audit", () => new AuditModule(), Store: true,
            Needs: ["witness", "identity"], Emits: [], Consumes: [], Doors: ["/fhir/R4"], Parallel: 64),
        new("witness", () => new WitnessModule(), Store: true,
            Needs: [], Emits: [], Consumes: [], Doors: [], Parallel: 64),
        new("web", () => new WebModule(), Store: false,
            Needs: ["identity", "scheduling", "records", "intake", "notifications", "signaling", "audit", "keys"], Emits: [], Consumes: [], Doors: ["/"], Parallel: 128),
    ];

    public static ModuleRow Row(string name) => Rows.Single(row => row.Name == name);

    /// <summary>Services that have a store, and so an audit chain.</summary>
    public static readonly IReadOnlySet<string> WithStore = Rows.Where(row => row.Store).Select(row => row.Name).ToHashSet();

    /// <summary>Services that take events of this type.</summary>
    public static IReadOnlyList<string> ConsumersOf(string type) => [.. Rows.Where(row => row.Consumes.Contains(type)).Select(row => row.Name)];

    /// <summary>Services that may call this one: those that need it, those whose events it takes, keys where it has a store, and the gateway where it takes streams.</summary>
    public static IReadOnlySet<string> CallersOf(string name) =>
        Rows.Where(row => row.Needs.Contains(name) || row.Emits.Intersect(Row(name).Consumes).Any() || (row.Name == "keys" && Row(name).Store)).Select(row => row.Name)
            .Concat(Row(name).TakesStreams ? [Targets.Gateway] : []).ToHashSet();
}

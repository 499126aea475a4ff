using FirstRing.Audit;
using FirstRing.Audit.Log;
using FirstRing.Contracts;
using FirstRing.Contracts.Audit;
using FirstRing.Platform.Audit;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;
using FirstRing.Witness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace FirstRing.Tests.Audit;

/// <summary>A log with its witness, and a service's store whose rows go into it. Time stands still until a test moves it; rounds are made by hand.</summary>
public sealed class Ledger : IAsyncDisposable
{
    public static readonly TenantId Tenant = TenantId.Parse("ten_000000000000000000000000000000a1", null);
    public static readonly PatientId Patient = PatientId.Parse("pat_000000000000000000000000000000b2", null);
    public static readonly CancellationToken Never = CancellationToken.None;
    static readonly Caller Clinician = new("records", Tenant.ToString(), "stf_1", "clinician");

    readonly IReadOnlyDictionary<string, string?> _settings;

    Ledger(TestStore log, TestStore witness, TestStore records, ServiceHost host, IReadOnlyDictionary<string, string?> settings) =>
        (Log, Witness, Records, Host, _settings) = (log, witness, records, host, settings);

    public TestStore Log { get; }
    public TestStore Witness { get; }
    public TestStore Records { get; }
    public ServiceHost Host { get; private set; }
    public string Segments => Log.Folder.At("segments");
    internal T Part<T>() where T : notnull => Host.Services.GetRequiredService<T>();
    internal Sequencer Sequencer => Part<Sequencer>();
    public IAuditClient Audit => Host.Client<IAuditClient>("audit");

    /// <summary>The log lies in <paramref name="dialect"/>; the witness and the service too only where they are what is tested.</summary>
    public static async Task<Ledger> Open(Dialect dialect, Dialect witnessed = Dialect.Sqlite, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var log = await TestStore.Open(dialect, new TestStoreOptions("audit", [typeof(AuditModule)]));
        var witness = await TestStore.Open(witnessed, new TestStoreOptions("witness", [typeof(WitnessModule)], Clock: log.Clock));
        var records = await TestStore.Open(Dialect.Sqlite, new TestStoreOptions("records", Clock: log.Clock));
        settings ??= new Dictionary<string, string?>();
        var identity = new StandInIdentity();
        return new Ledger(log, witness, records, await Start(log, witness, settings, identity), settings) { Identity = identity };
    }

    public StandInIdentity Identity { get; private init; } = null!;

    static Task<ServiceHost> Start(TestStore log, TestStore witness, IReadOnlyDictionary<string, string?> settings, StandInIdentity identity) => ServiceHost.Start(log.Clock,
        new HostedModule("identity", identity),
        new HostedModule("audit", new AuditModule(), log, settings), new HostedModule("witness", new WitnessModule(), witness));

    /// <summary>The service of the log starts again on what its store holds now.</summary>
    public async Task Restart()
    {
        await Host.DisposeAsync();
        Host = await Start(Log, Witness, _settings, Identity);
    }

    public Task Access(int count, string action = "read-patient", string? patient = null, string actor = "stf_1") =>
        Records.Store.Commit(Clinician with { Actor = actor }, transaction =>
        {
            for (var i = 0; i < count; i++) transaction.Audit(action, $"row_{i}", patient: patient ?? Patient.ToString());
            return Task.FromResult(0);
        }, Never);

    public AuditRelay Relay(TestStore? of = null, AuditCarrier? carry = null) =>
        new((of ?? Records).Store, carry ?? ((batch, stop) => Sequencer.Append(batch, stop)), holdsBack: true, NullLogger<AuditRelay>.Instance);

    /// <summary>Accesses, and their rows taken into the log.</summary>
    public async Task Fill(int count, int atOnce = 50)
    {
        var relay = Relay();
        for (var left = count; left > 0; left -= atOnce) await Access(Math.Min(left, atOnce));
        while (await relay.Deliver(Never) > 0) { }
    }

    public Task Round() => Part<LogRounds>().Round(Never);

    internal Task<LogHead> Head() => Part<LogStore>().Head(Never);

    /// <summary>As a member of staff, through the contract.</summary>
    public async Task<T> As<T>(string role, Func<IAuditClient, Task<T>> ask)
    {
        Acting.As(new Caller("web", Tenant.ToString(), "stf_9", role));
        return await ask(Audit);
    }

    public Task<int> Sql(TestStore store, string statement) => store.Store.Commit(Caller.System("test"), transaction => transaction.Execute(statement), Never);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Records.DisposeAsync();
        await Witness.DisposeAsync();
        await Log.DisposeAsync();
    }
}

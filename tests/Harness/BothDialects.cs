using System.Reflection;
using FirstRing.Platform.Storage;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace FirstRing.Tests.Harness;

/// <summary>Runs a theory once on SQLite and once on PostgreSQL: <c>[Theory, BothDialects] public async Task X(Dialect dialect)</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BothDialectsAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([new TheoryDataRow<Dialect>(Dialect.Sqlite), new TheoryDataRow<Dialect>(Dialect.Postgres)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

using System.Text.Json.Serialization;
using FirstRing.Platform.Http;
using FirstRing.Platform.Storage;
using FirstRing.Tests.Harness;

namespace FirstRing.Tests.Platform;

/// <summary>A store with a table of its own and two consumers of <c>sample.Happened</c>.</summary>
internal static class Sample
{
    public const string Happened = "sample.Happened";
    public static readonly byte[] Secret = [.. "secret"u8];
    public static readonly Caller Clinic = new("sample", "ten_1", "stf_1", "clinician");

    public static Task<TestStore> Open(Dialect dialect, TimeProvider? clock = null) => TestStore.Open(dialect,
        new TestStoreOptions("sample", [typeof(Sample)], type => type == Happened ? ["north", "south"] : [], clock));

    public static Task<int> Insert(this Transaction transaction, string id, long number = 0) =>
        transaction.Execute("INSERT INTO sample (id, number) VALUES (@id, @number)", new { id, number });

    public static Task Emit(this Transaction transaction, int number) => transaction.Emit(Happened, new Event(number), SampleJson.Default.Event);

    public static Task<long> Count(this Store store, string table, string where = "1 = 1") =>
        store.ReadOne<long>($"SELECT COUNT(*) FROM {table} WHERE {where}", null, CancellationToken.None);

    public sealed record Event(int Number);
}

[JsonSerializable(typeof(Sample.Event))]
internal sealed partial class SampleJson : JsonSerializerContext;

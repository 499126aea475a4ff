using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using FirstRing.Contracts;
using Refit;

namespace FirstRing.Tests.Architecture;

/// <summary>
/// One JSON sample per contract record, and the list of verbs, events and words, as other services of the last version write and read them. After an
/// addition: <c>FIRSTRING_GOLDEN=write ./firstring test Architecture</c>, and the diff shows what was added. What a diff takes away breaks version N−1.
/// </summary>
public sealed class Golden
{
    static readonly string Folder = Path.Combine(House.Root, "tests", "Architecture", "Golden");
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly bool Write = Environment.GetEnvironmentVariable("FIRSTRING_GOLDEN") == "write";

    static IReadOnlyList<Type> Records { get; } =
    [.. typeof(ContractsJson).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false, IsGenericType: false }
        && type.GetMethod("<Clone>$") is not null).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    public static TheoryData<string> Names() => [.. Records.Select(NameOf)];
    static string NameOf(Type type) => type.FullName!["FirstRing.Contracts.".Length..];

    [Theory, MemberData(nameof(Names))]
    public void A_record_reads_and_writes_what_the_last_version_wrote(string name)
    {
        var (type, file) = (Records.Single(type => NameOf(type) == name), Path.Combine(Folder, $"{name}.json"));
        var sample = JsonSerializer.SerializeToNode(Samples.Of(type), type, ContractsJson.Default.Options)!;
        if (Write) File.WriteAllText(file, sample.ToJsonString(Indented) + "\n");
        Assert.True(File.Exists(file), $"{name} has no golden file yet: FIRSTRING_GOLDEN=write ./firstring test Architecture");

        var golden = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.Null(Lost(golden, Again(type, golden), ""));
        Assert.True(Lost(sample, golden, "") is not { } added, $"{name} has a new part that its golden file lacks: {Lost(sample, golden, "")}");
    }

    [Theory, MemberData(nameof(Names))]
    public void A_record_reads_what_the_next_version_adds(string name)
    {
        var type = Records.Single(type => NameOf(type) == name);
        var next = JsonSerializer.SerializeToNode(Samples.Of(type), type, ContractsJson.Default.Options)!.AsObject();
        next["addedLater"] = new JsonObject { ["a"] = 1 };
        Assert.NotNull(next.Deserialize(type, ContractsJson.Default.Options));
    }

    [Fact]
    public void Every_golden_file_has_its_record() =>
        Assert.Empty(Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Except(Records.Select(NameOf)));

    [Fact]
    public void Verbs_events_and_words_are_those_of_the_last_version()
    {
        var file = Path.Combine(Folder, "words.txt");
        if (Write) File.WriteAllLines(file, Words());
        var golden = File.ReadAllLines(file);
        Assert.Empty(golden.Except(Words()));
        Assert.Empty(Words().Except(golden));
    }

    [Theory]
    [InlineData("""{"id":"pat_0123456789abcdef0123456789abcdef","givenName":"a","nickName":"b"}""")] // a part that was renamed
    [InlineData("""{"id":"pat_0123456789abcdef0123456789abcdef","givenName":7}""")] // one that changed its kind
    [InlineData("""{"id":"0123456789abcdef0123456789abcdef"}""")]
    public void A_planted_breaking_change_is_found(string golden)
    {
        var node = JsonNode.Parse(golden)!;
        string? lost;
        try { lost = Lost(node, Again(typeof(FirstRing.Contracts.Records.Patient), node), ""); }
        catch (JsonException refused) { lost = refused.Path ?? "all of it"; }
        Assert.NotNull(lost);
    }

    static JsonNode Again(Type type, JsonNode golden) =>
        JsonSerializer.SerializeToNode(golden.Deserialize(type, ContractsJson.Default.Options), type, ContractsJson.Default.Options)!;

    /// <summary>The first part of <paramref name="expected"/> that <paramref name="actual"/> has not got.</summary>
    static string? Lost(JsonNode? expected, JsonNode? actual, string path) => (expected, actual) switch
    {
        (JsonObject one, JsonObject other) => one.Select(part => other.ContainsKey(part.Key) ? Lost(part.Value, other[part.Key], $"{path}.{part.Key}") : $"{path}.{part.Key}")
            .FirstOrDefault(lost => lost is not null),
        (JsonArray one, JsonArray other) when one.Count == other.Count => one.Select((part, index) => Lost(part, other[index], $"{path}[{index}]")).FirstOrDefault(lost => lost is not null),
        _ => JsonNode.DeepEquals(expected, actual) ? null : path + " changed",
    };

    static List<string> Words() =>
    [
        .. typeof(ContractsJson).Assembly.GetExportedTypes().Where(type => type.IsInterface).SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<HttpMethodAttribute>() is not null)
            .Select(method => $"{method.GetCustomAttribute<HttpMethodAttribute>()!.Path} {method.GetParameters()[0].ParameterType.Name} → {Text(method.ReturnType.GetGenericArguments()[0])}").Order(StringComparer.Ordinal),
        .. typeof(EventTypes).GetFields().Select(field => $"event {field.GetValue(null)}").Order(StringComparer.Ordinal),
        .. typeof(ContractsJson).Assembly.GetExportedTypes().Where(type => type.IsEnum).SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => $"word {type.Name}.{field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name}")).Order(StringComparer.Ordinal),
    ];

    static string Text(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{Text(type.GetGenericArguments()[0])}>" : type.Name;
}

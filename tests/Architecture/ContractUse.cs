using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using FirstRing.Contracts;
using FirstRing.Host;

namespace FirstRing.Tests.Architecture;

/// <summary>What each module's assembly really uses of the contracts, read from its metadata, against its row in the table: both ways.</summary>
public sealed class ContractUse
{
    public static TheoryData<string> Modules() => [.. ModuleTable.Rows.Select(row => row.Name)];

    [Theory, MemberData(nameof(Modules))]
    public void A_module_uses_just_the_contracts_that_its_row_needs(string module) =>
        Assert.Equal(ModuleTable.Row(module).Needs.Order(), Clients(AssemblyOf(module)).Where(owner => owner != module).Order());

    [Theory, MemberData(nameof(Modules))]
    public void A_module_names_just_the_events_that_its_row_emits_and_consumes(string module)
    {
        var row = ModuleTable.Row(module);
        Assert.Equal(row.Emits.Concat(row.Consumes).Order(), Events(AssemblyOf(module)).Order());
        Assert.All(row.Emits, type => Assert.StartsWith(module + ".", type, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Modules))]
    public void A_module_sees_no_other_service(string module) => Assert.Empty(References(AssemblyOf(module)).Intersect(
        ModuleTable.Rows.Where(row => row.Name != module).Select(row => Path.GetFileNameWithoutExtension(AssemblyOf(row.Name))).Append("FirstRing.Host")));

    [Fact]
    public void Planted_uses_are_found()
    {
        // This assembly uses them itself, below.
        var here = typeof(ContractUse).Assembly.Location;
        Assert.Contains("records", Clients(here));
        Assert.Contains("messaging.MessagePosted", Events(here));
        Assert.Contains("FirstRing.Host", References(here));
    }

    internal static object Planted(Contracts.Records.IRecordsClient client) => (client.GetPatient(new Contracts.Records.GetPatient(default, default), default), EventTypes.MessagePosted);

    static string AssemblyOf(string module) => ModuleTable.Row(module).Make().GetType().Assembly.Location;

    static List<string> Clients(string assembly) => Read(assembly, metadata => metadata.TypeReferences.Select(metadata.GetTypeReference)
        .Where(type => metadata.GetString(type.Namespace).StartsWith("FirstRing.Contracts.", StringComparison.Ordinal) && metadata.GetString(type.Name) is ['I', .., 't'] name && name.EndsWith("Client", StringComparison.Ordinal))
        .Select(type => metadata.GetString(type.Namespace)["FirstRing.Contracts.".Length..].ToLowerInvariant()));

    static List<string> Events(string assembly)
    {
        var values = typeof(EventTypes).GetFields().ToDictionary(field => field.Name, field => (string)field.GetValue(null)!);
        return Read(assembly, metadata => metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference
                && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == nameof(EventTypes))
            .Select(member => values[metadata.GetString(member.Name)]));
    }

    static List<string> References(string assembly) => Read(assembly, metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)));

    static List<string> Read(string assembly, Func<MetadataReader, IEnumerable<string>> what)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        return [.. what(file.GetMetadataReader()).Distinct()];
    }
}

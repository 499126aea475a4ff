using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>An interface has two real implementations, or is a port to the outside, or is a contract (whose two carriers are made at run time).</summary>
public sealed class Interfaces
{
    // Ports to the outside (design §4). The list may only grow with a decision record.
    static readonly HashSet<string> Ports = ["IKeyProvider", "IDtlsServer", "IDtlsAssociation", "IDtlsSink"];

    [Fact]
    public void No_interface_has_one_implementation() => Assert.Empty(Lonely(Code.Below("src")));

    [Fact]
    public void Every_port_is_still_there() =>
        Assert.Empty(Ports.Except(Code.Below("src").SelectMany(Declared).Select(declared => declared.Identifier.Text)));

    [Fact]
    public void A_planted_lonely_interface_is_found() =>
        Assert.Equal(["IClock"], Lonely([Code.Parse("interface IClock; sealed class Clock : IClock; interface IView; record A : IView; record B : IView;")]));

    static List<string> Lonely(IReadOnlyList<SyntaxTree> trees)
    {
        var bases = trees.SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<BaseListSyntax>()).SelectMany(list => list.Types)
            .Select(type => type.Type is NameSyntax name ? name.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().First().Identifier.Text : "")
            .CountBy(name => name).ToDictionary();
        return [.. trees.SelectMany(tree => Declared(tree).Where(declared => !IsContract(tree, declared)))
            .Select(declared => declared.Identifier.Text)
            .Where(name => !Ports.Contains(name) && bases.GetValueOrDefault(name) < 2)];
    }

    static IEnumerable<InterfaceDeclarationSyntax> Declared(SyntaxTree tree) => tree.GetRoot().DescendantNodes().OfType<InterfaceDeclarationSyntax>();

    static bool IsContract(SyntaxTree tree, InterfaceDeclarationSyntax declared) =>
        tree.FilePath.StartsWith("src/Contracts/", StringComparison.Ordinal) && declared.Identifier.Text.EndsWith("Client", StringComparison.Ordinal);
}

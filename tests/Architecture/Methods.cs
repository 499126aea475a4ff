using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>No method is longer than a screen.</summary>
public sealed class Methods
{
    const int Longest = 60;

    // Named with the reason why it may be longer.
    static readonly HashSet<string> Exceptions = [];

    [Fact]
    public void No_method_is_longer_than_60_lines() =>
        Assert.Empty(Code.Below("src").Concat(Code.Below("tests")).SelectMany(TooLong).Where(method => !Exceptions.Contains(method.Split(':')[0])));

    [Theory]
    [InlineData("class A { void M() {\n@\n} }")]
    [InlineData("class A { int P { get {\n@\nreturn 1; } } }")]
    [InlineData("class A { A() {\n@\n} }")]
    [InlineData("class A { void M() { void Local() {\n@\n} } }")]
    [InlineData("class A { string M() => new string(\n@\n'a', 1); }")]
    public void A_planted_long_method_is_found(string planted) =>
        Assert.NotEmpty(TooLong(Code.Parse(planted.Replace("@", new string('\n', Longest), StringComparison.Ordinal))));

    [Fact]
    public void A_short_one_is_not() => Assert.Empty(TooLong(Code.Parse($"class A {{ void M() {{{new string('\n', Longest - 1)}}} }}")));

    static IEnumerable<string> TooLong(SyntaxTree tree) => tree.GetRoot().DescendantNodes()
        .Where(node => node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax or PropertyDeclarationSyntax { ExpressionBody: not null })
        .Select(node => (node, Lines: Lines(node))).Where(method => method.Lines > Longest)
        .Select(method => $"{tree.FilePath} {Name(method.node)}: {method.Lines} lines");

    static int Lines(SyntaxNode node) => node.GetLocation().GetLineSpan() is var span ? span.EndLinePosition.Line - span.StartLinePosition.Line + 1 : 0;

    static string Name(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax local => local.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => node.Kind().ToString(),
    };
}

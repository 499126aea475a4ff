using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>Statements are constant texts: what is put into one is a constant, or a word of the dialect. Values are parameters.</summary>
public sealed partial class SqlText
{
    [GeneratedRegex(@"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|WHERE|GRANT|REVOKE)\b")] private static partial Regex Statement();

    // The dialect's words, and names of parameters by their number.
    static readonly HashSet<string> Words = ["transaction.ForUpdate()", "transaction.SkipLocked()", "ParameterNames(asked.Count)"];

    // Names cannot be parameters. Of roles and databases they come from the module table, the password is base64url of our own making; of tables from the
    // catalog, quoted.
    static readonly string[] Names = ["src/Host/Stores.cs", "src/Platform/Backup/TableRows.cs"];

    [Fact]
    public void No_statement_takes_a_value_into_its_text() => Assert.Empty(Code.Below("src").Where(tree => !Names.Contains(tree.FilePath)).SelectMany(Taken));

    [Theory]
    [InlineData("""class A { void M(string name) { Run($"SELECT 1 FROM t WHERE name = '{name}'"); } }""")]
    [InlineData("""class A { void M(string name) { Run("DELETE FROM t WHERE name = '" + name + "'"); } }""")]
    [InlineData("""class A { readonly string Columns = ""; void M() { Run($"SELECT {Columns} FROM t"); } }""")]
    public void A_planted_value_is_found(string text) => Assert.NotEmpty(Taken(Code.Parse(text)));

    [Fact]
    public void A_constant_is_not_one() => Assert.Empty(Taken(Code.Parse("""class A { const string Columns = "a, b"; void M() { Run($"SELECT {Columns} FROM t{transaction.ForUpdate()}"); } }""")));

    static IEnumerable<string> Taken(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        var constants = Constants(root);
        var holes = root.DescendantNodes().OfType<InterpolatedStringExpressionSyntax>().Where(text => Statement().IsMatch(text.ToString()))
            .SelectMany(text => text.Contents.OfType<InterpolationSyntax>()).Select(hole => hole.Expression);
        var joined = root.DescendantNodes().OfType<BinaryExpressionSyntax>().Where(sum => sum.IsKind(SyntaxKind.AddExpression) && Statement().IsMatch(sum.Left.ToString()))
            .Select(sum => sum.Right);
        // A text that was put together under another name was looked at there.
        var texts = root.DescendantNodes().OfType<VariableDeclaratorSyntax>().Where(name => name.Initializer?.Value is InterpolatedStringExpressionSyntax && Statement().IsMatch(name.Initializer.ToString()))
            .Select(name => name.Identifier.Text).ToHashSet();
        return holes.Concat(joined).Where(one => !IsConstant(one, constants) && !texts.Contains(one.ToString())).Select(one => $"{tree.FilePath}: {one}");
    }

    static bool IsConstant(ExpressionSyntax expression, IReadOnlySet<string> constants) => expression switch
    {
        ParenthesizedExpressionSyntax inner => IsConstant(inner.Expression, constants),
        ConditionalExpressionSyntax either => IsConstant(either.WhenTrue, constants) && IsConstant(either.WhenFalse, constants),
        LiteralExpressionSyntax => true,
        _ => expression.ToString() is var text && (Words.Contains(text) || constants.Contains(text) || EveryConstant.Value.Contains(text)),
    };

    static HashSet<string> Constants(SyntaxNode root) =>
        [.. root.DescendantNodes().OfType<FieldDeclarationSyntax>().Where(field => field.Modifiers.Any(SyntaxKind.ConstKeyword)).SelectMany(field => field.Declaration.Variables).Select(name => name.Identifier.Text),
         .. root.DescendantNodes().OfType<LocalDeclarationStatementSyntax>().Where(local => local.Modifiers.Any(SyntaxKind.ConstKeyword)).SelectMany(local => local.Declaration.Variables).Select(name => name.Identifier.Text)];

    /// <summary><c>Type.Name</c> of every constant of ours.</summary>
    static readonly Lazy<HashSet<string>> EveryConstant = new(() => [.. Code.Below("src").SelectMany(tree => tree.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
        .SelectMany(type => Constants(type).Select(name => $"{type.Identifier.Text}.{name}"))]);
}

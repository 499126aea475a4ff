using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FirstRing.Tests.Architecture;

/// <summary>The sources as the compiler reads them. Unlike IL, they still have constants, line numbers and what was inlined.</summary>
internal static class Code
{
    static readonly CSharpParseOptions Latest = new(LanguageVersion.Preview);

    const string Implicit = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;";

    public static SyntaxTree Parse(string text, string file = "planted.cs") => CSharpSyntaxTree.ParseText(text, Latest, file);

    public static IReadOnlyList<SyntaxTree> Below(string folder) => [.. House.Files(folder, ".cs").Select(file => Parse(House.Text(file), file))];

    /// <summary>Of the base library only: enough for what references nothing else.</summary>
    public static CSharpCompilation Compile(IEnumerable<SyntaxTree> trees) => CSharpCompilation.Create("read", [.. trees, Parse(Implicit)],
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file))],
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
}

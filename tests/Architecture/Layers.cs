using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>The order of the namespaces inside <c>Media/Rtc</c>: each may use what stands before it, and no sibling of its own layer.</summary>
public sealed class Layers
{
    const string Root = "FirstRing.Media.Rtc";

    static readonly string[][] Order =
    [
        ["Rtp", "Rtcp", "Stun", "Srtp", "Dtls", "Sdp", "Codecs", "Framing"],
        ["Ice", "Streams"],
        ["Bandwidth", "Turn"],
        ["Door"],
        [""], // Peer and its halves
    ];

    // SRTP protects RTP packets and SDP names RTP header extensions.
    static readonly HashSet<(string, string)> Siblings = [("Srtp", "Rtp"), ("Sdp", "Rtp")];

    // Words that every layer speaks: the 5-tuple's other end, how it came, and how a datagram leaves.
    static readonly HashSet<string> Shared = ["RemoteAddress", "DoorWay", "SendBatch"];

    [Fact]
    public void Every_namespace_of_rtc_has_its_place() =>
        Assert.Equal(Order.SelectMany(layer => layer).Order(), Code.Below("src/Media/Rtc").Select(Layer).OfType<string>().Distinct().Order());

    [Fact]
    public void No_layer_of_rtc_uses_a_later_one() => Assert.Empty(Breaches(Code.Below("src/Media/Rtc")));

    [Theory]
    [InlineData("namespace FirstRing.Media.Rtc.Stun; class P { object a = typeof(FirstRing.Media.Rtc.Ice.Later); }", "Stun → Ice: Later")]
    [InlineData("namespace FirstRing.Media.Rtc.Stun; class P { const int A = FirstRing.Media.Rtc.Ice.Later.Number; }", "Stun → Ice: Later")]
    [InlineData("namespace FirstRing.Media.Rtc.Rtp; class P { FirstRing.Media.Rtc.Srtp.Sibling? a; }", "Rtp → Srtp: Sibling")]
    [InlineData("using FirstRing.Media.Rtc; namespace FirstRing.Media.Rtc.Bandwidth; class P { void M() => Top.Make(); }", "Bandwidth → : Top")]
    public void A_planted_use_of_a_later_layer_is_found(string planted, string found) => Assert.Contains(found, Breaches([Code.Parse(planted), Code.Parse(
        """
        namespace FirstRing.Media.Rtc.Ice { public class Later { public const int Number = 1; } }
        namespace FirstRing.Media.Rtc.Srtp { public class Sibling; }
        namespace FirstRing.Media.Rtc { public class Top { public static Top Make() => new(); } }
        """)]));

    [Fact]
    public void The_uses_that_there_are_are_seen() =>
        Assert.Superset(new HashSet<string> { "Ice → Stun: StunMessage", "Srtp → Rtp: RtpHeader", " → Streams: SendStream", "Bandwidth → Rtcp: TransportFeedbackWriter" },
            Uses(Code.Below("src/Media/Rtc")).Select(use => $"{use.From} → {use.To}: {use.Name}").ToHashSet());

    static List<string> Breaches(IReadOnlyList<SyntaxTree> trees) =>
        [.. Uses(trees).Where(use => !May(use.From, use.To) && !Shared.Contains(use.Name)).Select(use => $"{use.From} → {use.To}: {use.Name}")];

    static IEnumerable<(string From, string To, string Name)> Uses(IReadOnlyList<SyntaxTree> trees)
    {
        var compilation = Code.Compile(trees);
        return trees.SelectMany(tree =>
        {
            var model = compilation.GetSemanticModel(tree);
            return tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
                .Where(name => !name.Ancestors().Any(node => node is UsingDirectiveSyntax))
                .Select(name => (From: LayerOf(model.GetEnclosingSymbol(name.SpanStart)), Used: TypeOf(model.GetSymbolInfo(name) is var found ? found.Symbol ?? found.CandidateSymbols.FirstOrDefault() : null)))
                .Where(use => use.From is not null && LayerOf(use.Used) is not null)
                .Select(use => (use.From!, LayerOf(use.Used)!, use.Used!.Name));
        }).Distinct();
    }

    static bool May(string from, string to) => from == to || Siblings.Contains((from, to)) || Place(to) < Place(from);
    static int Place(string layer) => Array.FindIndex(Order, names => names.Contains(layer));

    static INamedTypeSymbol? TypeOf(ISymbol? symbol) => symbol as INamedTypeSymbol ?? symbol?.ContainingType;
    static string? Layer(SyntaxTree tree) => tree.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(node => Below(node.Name.ToString())).FirstOrDefault();
    static string? LayerOf(ISymbol? symbol) => (symbol as INamespaceSymbol ?? symbol?.ContainingNamespace)?.ToDisplayString() is { } name ? Below(name) : null;

    static string? Below(string name) =>
        name == Root ? "" : name.StartsWith(Root + ".", StringComparison.Ordinal) ? name[(Root.Length + 1)..].Split('.')[0] : null;
}

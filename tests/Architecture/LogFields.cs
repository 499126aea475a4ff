using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FirstRing.Tests.Architecture;

/// <summary>
/// What may stand in a log: the fields below and no others. Whoever logs writes a <c>[LoggerMessage]</c> method (the extension methods are banned symbols);
/// its parameters are held against this list, and a failure is told by its kind and place, never by its text.
/// </summary>
public sealed class LogFields
{
    // "type name" → what it holds. Opaque ids, counts, durations, and words that are ours: no name, no text, no address, no exception.
    static readonly Dictionary<string, string> Allowed = new()
    {
        ["ILogger logger"] = "where it goes",
        ["string failure"] = "an exception's type",
        ["string cause"] = "the inner exception's type",
        ["string? stack"] = "an exception's stack trace: methods and lines, no text",
        ["string type"] = "an event's wire name",
        ["string consumer"] = "a service's name",
        ["string service"] = "a service's name",
        ["string refusal"] = "a stable refusal code",
        ["string route"] = "a route's pattern, without what stands in its places",
        ["string template"] = "a message template's name",
        ["string outcome"] = "a stable code of what became of a message",
        ["long attempt"] = "count",
        ["long counter"] = "the counter of an audit row",
        ["long seq"] = "the number of an entry of the audit log",
        ["long size"] = "count",
        ["int count"] = "count",
        ["int days"] = "days",
        ["VendorId vendor"] = "opaque id",
        ["TenantId tenant"] = "opaque id",
    };

    // What may be given for a field that holds an exception's part.
    static readonly Dictionary<string, Func<string, bool>> Sources = new()
    {
        ["failure"] = text => text.EndsWith(".GetType().Name", StringComparison.Ordinal),
        ["cause"] = text => text.Contains(".GetType().Name", StringComparison.Ordinal) && !text.Contains("Message", StringComparison.Ordinal) && !text.Contains("ToString", StringComparison.Ordinal),
        ["stack"] = text => text.EndsWith(".StackTrace", StringComparison.Ordinal),
        ["refusal"] = text => text.EndsWith(".Code", StringComparison.Ordinal),
    };

    static readonly IReadOnlyList<SyntaxTree> Tree = Code.Below("src");

    [Fact]
    public void Only_listed_fields_are_logged()
    {
        Assert.True(Tree.SelectMany(Messages).Count() >= 8, "too few log messages were found");
        Assert.Empty(Tree.SelectMany(UnknownFields));
    }

    [Fact]
    public void Every_listed_field_is_logged_somewhere() =>
        Assert.Empty(Allowed.Keys.Except(Tree.SelectMany(Messages).SelectMany(message => message.ParameterList.Parameters).Select(Field)));

    [Fact]
    public void A_failure_is_logged_by_its_kind_and_place() => Assert.Empty(Tree.SelectMany(BadArguments));

    [Fact]
    public void Nobody_writes_to_a_logger_himself() => Assert.Empty(Tree.SelectMany(Bypasses));

    [Theory]
    [InlineData("string message"), InlineData("Exception failure"), InlineData("string name"), InlineData("object failure"), InlineData("Phi<string> service"), InlineData("string[] type"), InlineData("params object[] rest")]
    public void A_planted_field_is_found(string field) =>
        Assert.NotEmpty(UnknownFields(Code.Parse($"partial class A {{ [LoggerMessage(1, LogLevel.Error, \"x\")] partial void LogIt(ILogger logger, {field}); }}")));

    [Theory]
    [InlineData("failure.Message"), InlineData("failure.ToString()"), InlineData("$\"{failure}\""), InlineData("text")]
    public void A_planted_text_of_an_exception_is_found(string argument) => Assert.NotEmpty(BadArguments(Code.Parse($$"""
        partial class A { [LoggerMessage(1, LogLevel.Error, "x")] partial void LogIt(string failure); void M() => LogIt({{argument}}); }
        """)));

    [Fact]
    public void A_planted_text_under_another_name_is_found() => Assert.NotEmpty(BadArguments(Code.Parse(
        """partial class A { [LoggerMessage(1, LogLevel.Error, "x")] partial void LogIt(string failure, string? stack); void M() => LogIt(stack: failure.Message, failure: failure.GetType().Name); }""")));

    [Theory]
    [InlineData("logger.Log(LogLevel.Error, default, state, null, format)"), InlineData("logger.Log<string>(LogLevel.Error, default, state, null, format)"), InlineData("LoggerMessage.Define(LogLevel.Error, default, text)")]
    public void A_planted_way_round_is_found(string call) => Assert.NotEmpty(Bypasses(Code.Parse($"class A {{ void M() => {call}; }}")));

    static IEnumerable<MethodDeclarationSyntax> Messages(SyntaxTree tree) => tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
        .Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString().Split('.')[^1] is "LoggerMessage" or "LoggerMessageAttribute"));

    static string Field(ParameterSyntax parameter) => $"{parameter.Modifiers} {parameter.Type} {parameter.Identifier}".Trim();

    static IEnumerable<string> UnknownFields(SyntaxTree tree) => Messages(tree).SelectMany(message => message.ParameterList.Parameters.Select(Field)
        .Where(field => !Allowed.ContainsKey(field)).Select(field => $"{tree.FilePath} {message.Identifier}: {field}"));

    // In the same file: the messages are private to who sends them.
    static IEnumerable<string> BadArguments(SyntaxTree tree)
    {
        var messages = Messages(tree).ToDictionary(message => message.Identifier.Text);
        foreach (var call in tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (!messages.TryGetValue(call.Expression is MemberAccessExpressionSyntax member ? member.Name.Identifier.Text : call.Expression.ToString(), out var message)) continue;
            foreach (var (argument, place) in call.ArgumentList.Arguments.Select((argument, place) => (argument, place)))
            {
                var name = argument.NameColon?.Name.Identifier.Text ?? message.ParameterList.Parameters[place].Identifier.Text;
                if (Sources.TryGetValue(name, out var fits) && !fits(argument.Expression.ToString())) yield return $"{tree.FilePath} {message.Identifier}: {name} is given {argument.Expression}";
            }
        }
    }

    static IEnumerable<string> Bypasses(SyntaxTree tree) => tree.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>()
        .Where(call => call.Expression is MemberAccessExpressionSyntax member && (member.Name.Identifier.Text, member.Expression.ToString()) is ("Log", not "Math" and not "double" and not "BigInteger") or (_, "LoggerMessage"))
        .Select(call => $"{tree.FilePath}: {call.Expression}");
}

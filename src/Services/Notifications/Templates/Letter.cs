using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FirstRing.Contracts;

namespace FirstRing.Notifications.Templates;

/// <summary>A message ready to go. <paramref name="From"/> is the name that it comes from.</summary>
internal sealed record Letter(Phi<string> To, bool ToPatient, string From, string Subject, string Text, string Html);

/// <summary>
/// One template in one language: the first line is the subject; then paragraphs, <c># </c> before what stands out and <c>[words]({link})</c> for the one
/// thing to do. Plain text and HTML are made from the same words. What is filled in can hold no markup, in neither.
/// </summary>
internal sealed partial class Template
{
    const string Prefix = "texts/", Fallback = "en";

    readonly string _subject;
    readonly IReadOnlyList<string> _parts;

    Template(string name, string language)
    {
        using var stream = typeof(Template).Assembly.GetManifestResourceStream($"{Prefix}{name}.{language}")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var parts = reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        (_subject, _parts, Language) = (parts[0], parts[1..], language);
    }

    public string Language { get; }

    /// <summary>Every template in every language.</summary>
    public static IReadOnlyDictionary<(string Name, string Language), Template> All { get; } = typeof(Template).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..].Split('.')).ToDictionary(parts => (parts[0], parts[1]), parts => new Template(parts[0], parts[1]));

    public static Template Of(string name) => All[(name, Fallback)];

    /// <exception cref="KeyNotFoundException">The template asks for a field that is not given.</exception>
    public Letter Fill(Phi<string> to, bool toPatient, string from, IReadOnlyDictionary<string, string> fields)
    {
        var subject = Fields().Replace(_subject, match => Line(fields[match.Groups[1].Value]));
        var text = new StringBuilder();
        var html = new StringBuilder();
        foreach (var part in _parts)
        {
            if (Button().Match(part) is { Success: true } button)
            {
                var (words, target) = (button.Groups[1].Value, fields[button.Groups[2].Value]);
                text.Append($"{words}:\n{Line(target)}\n\n");
                html.Append($"<p><a class=\"b\" href=\"{WebUtility.HtmlEncode(Line(target))}\">{WebUtility.HtmlEncode(words)}</a></p>\n");
                continue;
            }
            var heading = part.StartsWith("# ", StringComparison.Ordinal);
            var filled = Fields().Replace(heading ? part[2..] : part, match => Line(fields[match.Groups[1].Value]));
            text.Append($"{filled}\n\n");
            html.Append(heading ? $"<p class=\"h\">{WebUtility.HtmlEncode(filled)}</p>\n" : $"<p>{WebUtility.HtmlEncode(filled)}</p>\n");
        }
        return new Letter(to, toPatient, Line(from), subject, text.ToString().TrimEnd() + "\n", Page(Line(from), subject, html.ToString()));
    }

    // No picture, no script, no address but the one link: nothing is fetched and nobody is told that it was opened.
    string Page(string from, string subject, string body) =>
        $$"""
        <!doctype html>
        <html lang="{{Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{{WebUtility.HtmlEncode(subject)}}</title>
        <style>
        body { margin: 0; padding: 24px 16px; background: #faf8f4; color: #1b2426; font: 17px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
        main { max-width: 34rem; margin: 0 auto; padding: 28px 24px; background: #fff; border: 1px solid #d5d0c6; border-radius: 12px; }
        h1 { margin: 0 0 20px; font-size: 17px; color: #4a5759; }
        p { margin: 0 0 16px; }
        .h { font-size: 22px; line-height: 1.3; font-weight: 650; }
        .b { display: inline-block; padding: 14px 28px; border-radius: 12px; background: #0b4f55; color: #fff; font-weight: 650; text-decoration: none; }
        @media (prefers-color-scheme: dark) {
          body { background: #12191b; color: #eeebe4; }
          main { background: #1a2326; border-color: #36444a; }
          h1 { color: #b6bfbf; }
          .b { background: #7fd0cf; color: #06282b; }
        }
        </style></head><body><main>
        <h1>{{WebUtility.HtmlEncode(from)}}</h1>
        {{body.TrimEnd()}}
        </main></body></html>

        """;

    static string Line(string value) => string.Concat(value.Where(letter => !char.IsControl(letter)));

    [GeneratedRegex(@"\{([a-z]+)\}")] private static partial Regex Fields();
    [GeneratedRegex(@"^\[([^\]]+)\]\(\{([a-z]+)\}\)$")] private static partial Regex Button();
}

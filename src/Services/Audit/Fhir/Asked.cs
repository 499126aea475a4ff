using System.Globalization;
using FirstRing.Contracts;
using FirstRing.Platform.Ids;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace FirstRing.Audit.Fhir;

/// <summary>A search as it is understood: between two instants (UTC microseconds, the second not in it), of one patient, one agent, before a place. What is not understood is refused, not left out.</summary>
internal sealed record Asked(string? Patient, string? Agent, long From, long Until, long BeforeAt, long BeforeSeq, int Count)
{
    public const string Cursor = "_cursor";
    const int Usual = 50, Most = 200, LongestId = 100;

    static readonly string[] Known = ["date", "patient", "agent", "_count", "_sort", "_format"];

    public static (Asked? Asked, Outcome Wrong) Read(IQueryCollection query)
    {
        Asked? asked = new(null, null, 0, long.MaxValue, long.MaxValue, long.MaxValue, Usual);
        foreach (var (name, values) in query)
        {
            if (!Known.Contains(name)) return (null, Outcome.UnknownParameter);
            if (values.Count != 1 && name != "date") return (null, Outcome.Parameter(name));
            foreach (var value in values) if ((asked = asked?.With(name, value ?? "")) is null) return (null, Outcome.Parameter(name));
        }
        return (asked, Outcome.UnknownParameter);
    }

    Asked? With(string name, string value) => name switch
    {
        "date" => Between(value) is var (from, until) ? this with { From = Math.Max(From, from), Until = Math.Min(Until, until) } : null,
        "patient" => Id(value, "Patient/") is { } patient && PatientId.TryParse(patient, null, out _) ? this with { Patient = patient } : null,
        "agent" => Id(value, "Practitioner/", "Patient/", "Device/") is { Length: > 0 and <= LongestId } agent ? this with { Agent = agent } : null,
        "_count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? this with { Count = Math.Min(count, Most) } : null,
        "_sort" => value == "-date" ? this : null,
        _ => value is "json" or "application/json" or "application/fhir+json" ? this : null,
    };

    /// <summary>The parameters that were used, as a search link says them.</summary>
    public string Said()
    {
        var said = $"?_count={Count.ToString(CultureInfo.InvariantCulture)}";
        if (From > 0) said = QueryHelpers.AddQueryString(said, "date", $"ge{Instant.At(From):yyyy-MM-ddTHH:mm:ss.ffffffZ}");
        if (Until < long.MaxValue) said = QueryHelpers.AddQueryString(said, "date", $"lt{Instant.At(Until):yyyy-MM-ddTHH:mm:ss.ffffffZ}");
        if (Patient is not null) said = QueryHelpers.AddQueryString(said, "patient", $"Patient/{Patient}");
        return Agent is null ? said : QueryHelpers.AddQueryString(said, "agent", Agent);
    }

    static string? Id(string value, params ReadOnlySpan<string> types)
    {
        foreach (var type in types) if (value.StartsWith(type, StringComparison.Ordinal)) return value[type.Length..];
        return value.Contains('/', StringComparison.Ordinal) ? null : value;
    }

    // R4 §3.1.1.5.7: a date stands for all of its time; ge takes it in, gt begins after it.
    static (long From, long Until)? Between(string text)
    {
        if (text.Length is < 4 or > 40) return null;
        var prefixed = char.IsAsciiLetter(text[0]);
        if (Span(prefixed ? text[2..] : text) is not var (first, end)) return null;
        return (prefixed ? text[..2] : "eq") switch
        {
            "eq" => (first, end),
            "ge" => (first, long.MaxValue),
            "gt" => (end, long.MaxValue),
            "le" => (0, end),
            "lt" => (0, first),
            _ => null,
        };
    }

    static readonly (string Form, Func<DateTimeOffset, DateTimeOffset> Next)[] Forms =
    [
        ("yyyy", year => year.AddYears(1)), ("yyyy-MM", month => month.AddMonths(1)), ("yyyy-MM-dd", day => day.AddDays(1)),
        ("yyyy-MM-ddTHH:mmK", minute => minute.AddMinutes(1)), ("yyyy-MM-ddTHH:mm:ssK", second => second.AddSeconds(1)), ("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", exact => exact.AddTicks(10)),
    ];

    static (long First, long End)? Span(string text)
    {
        foreach (var (form, next) in Forms)
            if (DateTimeOffset.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) && at.Year < 9000)
                return (Instant.Microseconds(at), Instant.Microseconds(next(at)));
        return null;
    }
}

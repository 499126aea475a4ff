using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FirstRing.Host;

/// <summary>How the log is written, to standard error alone: for a program one JSON object a line, with the instant in UTC and each field by its name, so that nothing in a
/// field makes a line of its own; for a person at a terminal plain lines. What may be in it: docs/security/logging.md.</summary>
public static class LogLines
{
    public static void To(ILoggingBuilder logging, bool forPerson)
    {
        logging.ClearProviders()
            .AddFilter(null, LogLevel.Warning) // the framework logs request paths at Information, and a path can hold a link's token
            .AddFilter("Yarp", LogLevel.None); // it logs exceptions whole; their text may hold anything, and the caller is told that a service is away
        if (forPerson) logging.AddSimpleConsole(format => format.SingleLine = true);
        else logging.AddJsonConsole(format => (format.UseUtcTimestamp, format.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.ffffffZ"));
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}

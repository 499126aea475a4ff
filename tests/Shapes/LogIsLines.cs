using System.Globalization;
using System.Text.Json;
using FirstRing.Host;
using FirstRing.Tests.Harness.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace FirstRing.Tests.Shapes;

/// <summary>The log as a collector reads it.</summary>
public sealed class LogIsLines
{
    [Theory]
    [InlineData("ready\nfail: the clinic was closed")]
    [InlineData("a\r\n{\"LogLevel\":\"Critical\"}")]
    [InlineData("\u2028\u0085\u001b[31m")]
    public void A_line_break_in_a_field_makes_no_line(string field)
    {
        using var services = new ServiceCollection().AddLogging(logging => LogLines.To(logging, forPerson: false)).BuildServiceProvider();
        var name = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName;
        var formatter = services.GetServices<ConsoleFormatter>().Single(one => one.Name == name);
        using var written = new StringWriter(CultureInfo.InvariantCulture);
        formatter.Write(new LogEntry<List<KeyValuePair<string, object?>>>(LogLevel.Error, "Sample", 1, [new("Failure", field)], null, (_, _) => $"It failed: {field}"), null, written);

        var line = Assert.Single(written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(line.TrimEnd('\r'), char.IsControl);
        Assert.DoesNotContain('\u2028', line);
        var entry = JsonDocument.Parse(line).RootElement;
        Assert.Equal(field, entry.GetProperty("State").GetProperty("Failure").GetString());
    }

    [Fact]
    public async Task What_a_server_logs_is_a_JSON_object_a_line_with_its_instant_in_UTC()
    {
        await using var platform = await RunningPlatform.Start();
        // At least that there is no mail server is said at every start.
        await Eventually.True("a line of the log", () => Task.FromResult(Logged().Any()), () => Task.FromResult(platform.Log));
        foreach (var entry in Logged().Select(line => JsonDocument.Parse(line).RootElement))
        {
            Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{6}Z$", entry.GetProperty("Timestamp").GetString()!);
            Assert.NotNull(entry.GetProperty("LogLevel").GetString());
            Assert.StartsWith("FirstRing.", entry.GetProperty("Category").GetString()!, StringComparison.Ordinal);
            Assert.NotNull(entry.GetProperty("Message").GetString());
        }
        IEnumerable<string> Logged() => platform.Lines.Where(line => line.StartsWith('{'));
        Assert.DoesNotContain(platform.Lines, line => line.StartsWith("warn:", StringComparison.Ordinal) || line.StartsWith("fail:", StringComparison.Ordinal));
    }
}
